// Findings in the store: raised once, decided upon, open again when they go on, counted beside
// their device, asked for as they stood.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { HOUR, SECOND } from '../core/clock.ts'
import type { Finding } from '../finding/index.ts'
import { Findings } from './findings.ts'
import { deviceOf, rehearseStore, START } from './rehearse.ts'

const PLACE = { site: 'here', segment: 'lan', actor: 'sensor:lan' }

const findingOf = (part: Partial<Finding> = {}): Finding => ({
  id: 'f1',
  detector: 'telnet-brute-force',
  title: 'Telnet passwords being guessed',
  severity: 'high',
  confidence: 0.9,
  time: START,
  window: { from: START, to: START + SECOND },
  device: '',
  sources: [],
  targets: [],
  expected: 'one',
  seen: 'many',
  count: 5,
  evidence: [],
  techniques: [],
  respond: '',
  falsePositives: '',
  ...part,
})

async function rehearse() {
  const all = await rehearseStore()
  const findings = new Findings(all.store)
  const raise = (...list: Finding[]) =>
    all.store.change((change) => findings.raise(change, PLACE, list))
  await all.see(all.session(), [deviceOf('d1', { macs: ['02:00:00:00:00:01'] })])
  const [{ id: device }] = await all.all()
  return { ...all, findings, raise, device }
}

test('raised again it is the same finding, grown', async () => {
  const { findings, raise, recorded } = await rehearse()
  await raise(findingOf())
  await raise(findingOf({ count: 9 }))
  await raise(findingOf({ count: 9 }))
  const { items, total } = await findings.list({ limit: 10 })
  assert.deepEqual([total, items[0].finding.count], [1, 9])
  assert.equal(recorded.filter((line) => line.startsWith('finding.opened')).length, 1)
})

test('the device counts its open findings', async () => {
  const { findings, raise, device, all } = await rehearse()
  await raise(findingOf({ device }), findingOf({ id: 'f2', device, severity: 'critical' }))
  assert.deepEqual((await all())[0].findings, { critical: 1, high: 1, medium: 0, low: 0, info: 0 })
  await findings.decide({ finding: 'f2', action: 'close', by: 'user:u1', reason: 'done' })
  assert.equal((await all())[0].findings.critical, 0)
})

test('closed it stays closed, until it goes on', async () => {
  const { findings, raise, recorded } = await rehearse()
  await raise(findingOf())
  await findings.decide({ finding: 'f1', action: 'close', by: 'user:u1', reason: 'done' })
  await raise(findingOf({ count: 6 }))
  assert.equal((await findings.get('f1'))?.state, 'closed')
  await raise(findingOf({ count: 7, window: { from: START, to: START + HOUR } }))
  assert.equal((await findings.get('f1'))?.state, 'open')
  assert.ok(recorded.includes('finding.recurred finding:f1'))
})

test('a suppression ends by itself', async () => {
  const { findings, raise } = await rehearse()
  await raise(findingOf())
  const until = START + HOUR
  const suppress = { finding: 'f1', action: 'suppress', by: 'user:u1', reason: 'known' } as const
  await findings.decide({ ...suppress, until })
  await raise(findingOf({ count: 6, window: { from: START, to: START + 2 * HOUR } }))
  assert.equal((await findings.get('f1'))?.state, 'suppressed')
  assert.equal(await findings.expire(until - 1), 0)
  assert.equal(await findings.expire(until), 1)
  const stored = await findings.get('f1')
  assert.equal(stored?.state, 'open')
  assert.deepEqual(
    stored?.decisions.map(({ action, reason }) => [action, reason]),
    [['suppress', 'known']],
  )
})

test('worst first, in pages; by severity, state, device and words', async () => {
  const { findings, raise, device } = await rehearse()
  const severities = ['low', 'critical', 'info', 'high', 'medium'] as const
  await raise(
    ...severities.map((severity, index) =>
      findingOf({ id: `g${index}`, severity, time: START + index, ...(index < 2 && { device }) }),
    ),
  )
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await findings.list({ limit: 2, ...(cursor && { cursor }) })
    ids.push(...page.items.map(({ finding }) => finding.severity))
    cursor = page.next
  } while (cursor !== undefined)
  assert.deepEqual(ids, ['critical', 'high', 'medium', 'low', 'info'])
  const count = async (query: object) => (await findings.list({ limit: 9, ...query })).total
  assert.equal(await count({ least: 'medium' }), 3)
  assert.equal(await count({ devices: [device] }), 2)
  assert.equal(await count({ words: 'telnet guess' }), 5)
  assert.equal(await count({ words: 'tel%net' }), 0)
  assert.equal(await count({ state: 'closed' }), 0)
})

test('as it stood before somebody decided', async () => {
  const { findings, raise, time } = await rehearse()
  await raise(findingOf())
  time.now = START + 10 * SECOND
  await findings.decide({ finding: 'f1', action: 'close', by: 'user:u1', reason: 'done' })
  const stateAt = async (seconds: number) => {
    const page = await findings.listAt({ limit: 9 }, { at: START + seconds * SECOND })
    return page.items.map(({ state }) => state)
  }
  assert.deepEqual(await stateAt(-1), [])
  assert.deepEqual(await stateAt(5), ['open'])
  assert.deepEqual(await stateAt(15), ['closed'])
})
