// Outputs that are kept in files: a test compares with the file, `npm run accept` rewrites it, and
// the diff is the review.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Set by tools/accept.ts: write what is new instead of failing. */
const ACCEPT = process.env.THINGWARD_ACCEPT === '1'
const AROUND = 3

/** Holds `text` against the file at `path`; fails with the first line that differs. */
export function golden(path: string, text: string): void {
  const kept = existsSync(path) ? readFileSync(path, 'utf8') : undefined
  if (kept === text) return
  if (ACCEPT) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return
  }
  const advice = `'npm run accept' writes it, if that is what you meant`
  if (kept === undefined) assert.fail(`${path} is missing: ${advice}`)
  assert.fail(`${path} differs (${advice}):\n${firstDifference(kept, text)}`)
}

/** The lines around the first one that differs, as a small diff. */
export function firstDifference(kept: string, fresh: string): string {
  const before = kept.split('\n')
  const after = fresh.split('\n')
  const at = before.findIndex((line, index) => line !== after[index])
  const start = at < 0 ? before.length : at
  const part = (lines: readonly string[], sign: string) =>
    lines.slice(start, start + AROUND).map((line) => sign + line)
  const context = before.slice(Math.max(0, start - AROUND), start).map((line) => '  ' + line)
  return [`line ${start + 1}:`, ...context, ...part(before, '- '), ...part(after, '+ ')].join('\n')
}
