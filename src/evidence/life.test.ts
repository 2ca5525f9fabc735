// A log's whole life at random: appended to, written in transactions that hold or do not, signed,
// erased from, closed and opened again. Whatever happened, its export holds and says what happened;
// whatever is done to the export's lines afterwards, it does not.
import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { exportEvidence } from './export.ts'
import { change, freshFolder, rehearse, type Rehearsal } from './rehearse.ts'
import { verifyEvidence } from './verify.ts'

type Step =
  | { readonly kind: 'append'; readonly count: number; readonly person?: number }
  | { readonly kind: 'commit' | 'rollback'; readonly count: number }
  | { readonly kind: 'erase'; readonly person: number }
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'reopen' }

const person = fc.nat(2)
const count = fc.integer({ min: 1, max: 4 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('append' as const),
    count,
    person: fc.option(person, { nil: undefined }),
  }),
  fc.record({ kind: fc.constantFrom('commit' as const, 'rollback' as const), count }),
  fc.record({ kind: fc.constant('erase' as const), person }),
  fc.record({ kind: fc.constant('checkpoint' as const) }),
  fc.record({ kind: fc.constant('reopen' as const) }),
)

/** What the log should hold: for each entry its kind, and whose content it has, if it still has. */
interface Expected {
  readonly kind: string
  person?: string | 'erased'
}

class Life {
  readonly entries: Expected[] = [{ kind: 'log.opened' }]
  rehearsal: Rehearsal
  private readonly clock: () => number

  constructor(rehearsal: Rehearsal) {
    this.rehearsal = rehearsal
    this.clock = rehearsal.clock
  }

  async live(one: Step): Promise<void> {
    const { log, database, folder } = this.rehearsal
    if (one.kind === 'append') return this.append(one.count, one.person)
    if (one.kind === 'erase') return this.erase(`user:${one.person}`)
    if (one.kind === 'checkpoint') return void (await log.checkpoint())
    if (one.kind === 'reopen') {
      await this.rehearsal.close()
      this.rehearsal = await rehearse(folder, { clock: this.clock })
      return
    }
    database.exec('BEGIN IMMEDIATE')
    for (let index = 0; index < one.count; index++) {
      log.write(change(index))
      if (one.kind === 'commit') this.entries.push({ kind: 'device.changed' })
    }
    database.exec(one.kind.toUpperCase())
  }

  private async append(times: number, who?: number): Promise<void> {
    const whose = who === undefined ? undefined : `user:${who}`
    const personal = whose === undefined ? undefined : { person: whose, content: { name: whose } }
    const drafts = Array.from({ length: times }, (_, index) => ({ ...change(index), personal }))
    await Promise.all(drafts.map((draft) => this.rehearsal.log.append(draft)))
    for (let index = 0; index < times; index++) {
      this.entries.push({ kind: 'device.changed', ...(whose !== undefined && { person: whose }) })
    }
  }

  private async erase(whose: string): Promise<void> {
    await this.rehearsal.log.erase(whose, { actor: 'user:9', reason: 'asked to' })
    for (const entry of this.entries) if (entry.person === whose) entry.person = 'erased'
    this.entries.push({ kind: 'personal.erased' })
  }

  /** Lines of its export, checked against what was done. */
  async check(): Promise<{ file: string; lines: string[]; key: string }> {
    const { folder, signer, clock, keys, log } = this.rehearsal
    const file = join(folder, 'export.jsonl')
    await exportEvidence({ database: join(folder, 'store.sqlite'), signer, file, clock, keys })
    const { key } = await signer.state()
    const result = await verifyEvidence(file, { key })
    assert.equal(result.broken, undefined)
    assert.deepEqual([result.entries, result.signed], [this.entries.length, this.entries.length])
    const erased = this.entries.filter((each) => each.person === 'erased').length
    const kept = this.entries.filter((each) => each.person !== undefined).length - erased
    assert.deepEqual(result.personal, { checked: kept, erased })
    const rows = log.list({ oldestFirst: true, limit: 1000 })
    assert.deepEqual(
      rows.map(({ entry }) => entry.kind),
      this.entries.map(({ kind }) => kind),
    )
    this.entries.forEach(({ person: whose }, index) => {
      const found = log.personal(index + 1)
      const content = typeof found === 'object' ? found.content : found
      const wanted = whose === undefined || whose === 'erased' ? whose : { name: whose }
      assert.deepEqual(content, wanted)
    })
    return { file, lines: readFileSync(file, 'utf8').split('\n').slice(0, -1), key }
  }
}

async function lived(t: TestContext, steps: readonly Step[]): Promise<Life> {
  const life = new Life(await rehearse(freshFolder(t)))
  for (const one of steps) await life.live(one)
  return life
}

test('whatever happened to a log, its export holds and says what happened', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const life = await lived(t, steps)
      await life.check()
      await life.rehearsal.close()
    }),
    { numRuns: 25, verbose: 1 },
  )
})

test('whatever is done to the lines of an export, it holds no more', async (t) => {
  const life = await lived(t, [
    { kind: 'append', count: 4, person: 1 },
    { kind: 'checkpoint' },
    { kind: 'commit', count: 4 },
    { kind: 'checkpoint' },
    { kind: 'append', count: 4 },
  ])
  const { file, lines, key } = await life.check()
  await life.rehearsal.close()
  // What may be left out without harm: content beside the chain, and a checkpoint that a later one
  // covers.
  const last = lines.findLastIndex((line) => line.startsWith('{"checkpoint"'))
  const matters = lines.flatMap((line, index) =>
    line.startsWith('{"personal"') || (line.startsWith('{"checkpoint"') && index !== last)
      ? []
      : [index],
  )
  const line = fc.constantFrom(...matters.slice(1))
  const edits = fc.oneof(
    line.map((at) => lines.toSpliced(at, 1)),
    fc.tuple(line, line).map(([a, b]) => lines.with(a, lines[b]).with(b, lines[a])),
    fc.tuple(line, line).map(([a, b]) => lines.toSpliced(b, 0, lines[a])),
    fc.tuple(line, line).map(([a, b]) => lines.with(a, lines[b])),
    line.map((at) => lines.slice(0, at)),
    line.map((at) => lines.toReversed().slice(0, at)).map((rest) => [lines[0], ...rest]),
  )
  await fc.assert(
    fc.asyncProperty(edits, async (edited) => {
      fc.pre(edited.join('\n') !== lines.join('\n'))
      writeFileSync(file, edited.map((each) => `${each}\n`).join(''))
      assert.ok((await verifyEvidence(file, { key })).broken)
    }),
    { numRuns: 300, verbose: 1 },
  )
})
