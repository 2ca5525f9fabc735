// `npm test`: everything that can run on this machine, through node's own test runner, one process
// a file. One line a file, every failure in full, the runner's closing lines, and then what was
// skipped, why, and the one command that adds it. Words after `npm test` choose files: `npm test
// src/decode mud`.
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { run } from 'node:test'
import { spec, type TestEvent } from 'node:test/reporters'
import { findCaptures } from './captures.ts'
import { install, mayInstall } from './install.ts'
import { findMaterial } from './material.ts'
import { installCommand, missingPackages } from './packages.ts'
import { Watchdog } from './watchdog.ts'

const ROOT = join(import.meta.dirname, '..')
const FILE_MINUTES_MAX = 8
/** After this the watchdog ends what did not hear the runner. */
const GRACE_MS = 10_000
const SKIPPED_SHOWN = 5

type Summary = Extract<TestEvent, { type: 'test:summary' }>['data']

interface Skip {
  readonly test: string
  readonly reason: string
}

/** The test files in the order they run: the style card first, then what takes long. */
function chosenFiles(words: readonly string[]): string[] {
  const files = ['test/repo', 'test', 'bench', 'src', 'tools'].flatMap((folder) =>
    globSync(`${folder}/**/*.test.ts`, { cwd: ROOT }).toSorted(),
  )
  const wanted = words.map((word) => word.replace(/^\.\//, ''))
  return [...new Set(files)].filter(
    (file) => wanted.length === 0 || wanted.some((word) => file.includes(word)),
  )
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`

/** One line for a file that is through; a file of which nothing ran says so. */
function fileLine(data: Summary): string {
  const { counts, duration_ms: duration, success, file } = data
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
  const name = relative(ROOT, file ?? '').padEnd(52)
  const passed = `${counts.passed} of ${counts.tests}`
  return `${success ? '✔' : '✖'} ${name} ${passed}${skipped}, ${seconds(duration)}`
}

/** Files begin and end as tests of their own, named by their path. */
function watch(dog: Watchdog, { type, data }: TestEvent): void {
  if (type !== 'test:dequeue' && type !== 'test:complete') return
  if (data.nesting > 0 || !data.name.startsWith(ROOT)) return
  if (type === 'test:dequeue') dog.begin(data.name)
  else dog.end(data.name)
}

/** Runs the files; prints as it goes; hands back what was skipped and whether all is well. */
async function runAll(files: readonly string[]) {
  const skips: Skip[] = []
  let success = false
  const dog = new Watchdog(FILE_MINUTES_MAX * 60_000 + GRACE_MS)
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort())
  const events = run({
    files: files.map((file) => join(ROOT, file)),
    cwd: ROOT,
    concurrency: availableParallelism(),
    timeout: FILE_MINUTES_MAX * 60_000,
    signal: stop.signal,
  })
  const report = new spec()
  report.pipe(process.stdout)
  for await (const event of events as AsyncIterable<TestEvent>) {
    watch(dog, event)
    if (event.type === 'test:summary') {
      if (event.data.file === undefined) success = event.data.success
      else console.log(fileLine(event.data))
    }
    if (event.type === 'test:pass' && typeof event.data.skip === 'string') {
      skips.push({ test: event.data.name, reason: event.data.skip })
    }
    // Without starts and passes the reporter prints failures only, then its closing lines.
    if (event.type !== 'test:pass' && event.type !== 'test:start') report.write(event)
  }
  await new Promise((resolve) => report.end(resolve))
  return { success: success && !stop.signal.aborted, skips }
}

/** Prints the skips by reason; true when one of them should not have happened here. */
function tellSkips(skips: readonly Skip[], installed: boolean): boolean {
  if (skips.length === 0) return false
  console.log(`\nskipped ${skips.length} tests:`)
  const byReason = Map.groupBy(skips, (skip) => skip.reason)
  for (const [reason, group] of byReason) {
    const names = group.slice(0, SKIPPED_SHOWN).map((skip) => skip.test)
    const more = group.length > SKIPPED_SHOWN ? ` and ${group.length - SKIPPED_SHOWN} more` : ''
    console.log(`  ${reason}\n    ${group.length}: ${names.join(' · ')}${more}`)
  }
  const missing = missingPackages()
  if (missing.length > 0) console.log(`all packages at once: ${installCommand(missing)}`)
  return installed && [...byReason.keys()].some((reason) => reason.includes('apt-get'))
}

async function main(words: readonly string[]): Promise<number> {
  const files = chosenFiles(words)
  if (files.length === 0) {
    console.error(`no test file's path contains ${words.join(' or ')}`)
    return 2
  }
  const missing = missingPackages()
  const installing = mayInstall()
  if (installing && missing.length > 0 && !install(missing)) return 3
  const captures = findCaptures(ROOT)
  if (captures) process.env.THINGWARD_CAPTURES = captures
  Object.assign(process.env, findMaterial(ROOT))
  const { success, skips } = await runAll(files)
  const wrongly = tellSkips(skips, installing)
  if (wrongly)
    console.error('CI installs those packages, so nothing may be skipped for want of them')
  return success && !wrongly ? 0 : 1
}

// The runner listens for uncaught errors, and would keep one of ours to itself.
process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error)
  return 70
})
