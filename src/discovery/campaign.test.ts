// The pace, the record before each probe, and the guard that ends it at once.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { runCampaign } from './campaign.ts'
import { loadProbes, type Probe, type ProbeGround } from './index.ts'
import { ProbeRecord } from './record.ts'

const folder = mkdtempSync(join(tmpdir(), 'thingward-discovery-'))
after(() => rmSync(folder, { recursive: true }))
const GROUND: ProbeGround = {
  segment: { interface: 'lan0', own: [], own4: '192.0.2.1', own6: '', networks: [] },
  targets: ['192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5'],
  alive: () => ['192.0.2.3'],
}

/** A probe that sends nowhere, and what it was asked to send when. */
function quiet(times: number[]): Probe {
  return {
    id: 'quiet',
    title: 'nothing',
    order: 1,
    plan: ({ targets }) => targets.map((target) => ({ target, what: 'nothing' })),
    open: async () => ({
      send: async () => void times.push(performance.now()),
      close: async () => {},
    }),
  }
}

test('each probe is recorded, and they come no faster than asked for', async () => {
  const times: number[] = []
  const path = join(folder, 'deep', 'record.jsonl')
  const outcome = await runCampaign({
    probes: [quiet(times)],
    ground: GROUND,
    record: new ProbeRecord(path, 'lan0', () => 1_795_327_258_000_001),
    rate: 20,
    signal: AbortSignal.timeout(1500),
    objection: () => '',
  })
  assert.deepEqual(outcome, { sent: 4, objection: '' })
  const gaps = times.slice(1).map((time, index) => time - times[index])
  assert.ok(Math.min(...gaps) > 45, gaps.join(' '))
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  const entries = lines.map((line) => JSON.parse(line) as { [key: string]: string })
  assert.deepEqual(
    entries.map(({ target }) => target),
    GROUND.targets,
  )
  assert.deepEqual(
    [entries[0].time, entries[0].interface, entries[0].probe],
    ['2026-11-22T06:00:58.000001Z', 'lan0', 'quiet'],
  )
})

test('an objection ends it before the next probe', async () => {
  const times: number[] = []
  const outcome = await runCampaign({
    probes: [quiet(times)],
    ground: GROUND,
    record: new ProbeRecord(join(folder, 'b.jsonl'), 'lan0'),
    rate: 100,
    signal: new AbortController().signal,
    objection: () => (times.length >= 2 ? 'modbus was heard' : ''),
  })
  assert.deepEqual([outcome, times.length], [{ sent: 2, objection: 'modbus was heard' }, 2])
})

test('without a community nobody is asked by SNMP; with one, only who is there', async () => {
  const snmp = (await loadProbes()).find(({ id }) => id === 'snmp')!
  assert.deepEqual(snmp.plan(GROUND), [])
  assert.deepEqual(snmp.plan({ ...GROUND, community: 'x' }), [
    { target: '192.0.2.3', what: 'SNMP get system' },
  ])
})
