// Where the house rules do not hold, by name and with the reason. An exception that is no longer
// needed fails the test, so this list stays as short as it can be.
import assert from 'node:assert/strict'
import { complaintText, type Complaint } from './source.ts'

interface Exception {
  readonly rule: string
  readonly path: string
  /** What the complaint is about: a function, an import, a file. */
  readonly name: string
  readonly reason: string
}

const EXCEPTIONS: readonly Exception[] = []

const used = new Set<Exception>()
const rulesHeld = new Set<string>()

/** Fails with every complaint of these rules that no exception covers. */
export function hold(rules: readonly string[], complaints: readonly Complaint[]): void {
  for (const rule of rules) rulesHeld.add(rule)
  const open = complaints.filter(({ rule, path, name }) => {
    assert.ok(rules.includes(rule), `hold() has to name the rule '${rule}'`)
    const exception = EXCEPTIONS.find(
      (each) => each.rule === rule && each.path === path && each.name === name,
    )
    if (exception) used.add(exception)
    return !exception
  })
  assert.ok(open.length === 0, `${open.length} to mend:\n${complaintText(open)}`)
}

/** Fails with exceptions from the rules held so far that nothing needed; call it last. */
export function noneStale(): void {
  const stale = EXCEPTIONS.filter((each) => rulesHeld.has(each.rule) && !used.has(each))
  assert.deepEqual(stale, [], 'remove these from test/repo/exceptions.ts')
}
