// SCTP associations in the flow table: who began, how they ended, in TCP's words.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { AnomalyTable } from '../core/anomaly.ts'
import { AddressBook } from '../core/addresses.ts'
import { hex, ethernetFrame, ipv4Packet } from '../decode/frame-kit.ts'
import { Packet, decodeFrame, spineContext } from '../decode/index.ts'
import { EndpointTable } from './endpoint.ts'
import type { Flow } from './flow.ts'
import { NameTable } from './names.ts'
import { Recognition } from './recognition.ts'
import { FlowTable } from './table.ts'

const HERE = { from: '192.168.1.10', to: '192.168.1.20' }
const THERE = { from: '192.168.1.20', to: '192.168.1.10' }
type Line = readonly [typeof HERE, string]

/** Plays chunks between port 5000 here and 2905 there; the flows that come of it. */
function play(lines: readonly Line[]) {
  const endpoints = new EndpointTable(64, new AddressBook(64))
  const anomalies = new AnomalyTable()
  const flows: Flow[] = []
  const table = new FlowTable({
    capacity: 16,
    endpoints,
    anomalies,
    names: new NameTable(),
    recognition: new Recognition([]),
    observer: { flowEnd: (flow) => void flows.push({ ...flow }) },
  })
  const packet = new Packet()
  const context = spineContext(endpoints.addresses, (name, of) =>
    anomalies.count(name, of.frame, of.time),
  )
  for (const [index, [side, chunks]] of lines.entries()) {
    const ports = side === HERE ? '1388 0b59' : '0b59 1388'
    const content = hex(`${ports} 00000001 00000000 ${chunks}`)
    const frame = { ...side, identification: index + 1 }
    const bytes = ethernetFrame(0x0800, ipv4Packet(132, content, frame))
    Object.assign(packet, { bytes, start: 0, end: bytes.length, wireLength: bytes.length })
    Object.assign(packet, { time: 1_700_000_000_000_000 + index * 1000, frame: index + 1 })
    if (decodeFrame(packet, context)) table.packet(packet)
  }
  table.finish()
  return { flows, endpoints, names: anomalies.list().map(({ name }) => name) }
}

const init = '01000014 00000001 00010000 0001 0001 00000001'
const initAck = `02${init.slice(2)}`
const data = '00030014 00000001 0000 0000 00000003 41424344'
const opening: readonly Line[] = [
  [HERE, init],
  [THERE, initAck],
  [HERE, '0a000008 01020304'],
  [THERE, '0b000004'],
]

test('an orderly association, seen from its start or from its answer on', () => {
  const lines: readonly Line[] = [
    ...opening,
    [HERE, data],
    [THERE, `03000010 00000001 00010000 0000 0000 ${data}`],
    [THERE, '07000008 00000001'],
    [HERE, '08000004'],
    [THERE, '0e000004'],
  ]
  for (const [from, history] of [
    [lines, 'ShAaDdfF'],
    [lines.slice(1), 'hAaDdfF'],
  ] as const) {
    const { flows, endpoints, names } = play(from)
    assert.deepEqual(names, [])
    assert.equal(flows.length, 1)
    const [flow] = flows
    assert.equal(endpoints.addressText(flow.originator), HERE.from)
    assert.deepEqual([flow.responderPort, flow.history, flow.state], [2905, history, 'SF'])
    assert.equal(flow.directionCertain, true)
    assert.deepEqual([flow.originatorPayload, flow.responderPayload], [4, 4])
  }
})

test('refused, broken off, and a second one between the same ports', () => {
  const states = (lines: readonly Line[]) => play(lines).flows.map(({ state }) => state)
  assert.deepEqual(states([[HERE, init]]), ['S0'])
  assert.deepEqual(
    states([
      [HERE, init],
      [THERE, '06000004'],
    ]),
    ['REJ'],
  )
  assert.deepEqual(states([...opening, [HERE, data]]), ['S1'])
  assert.deepEqual(states([...opening, [HERE, '06000004'], [HERE, init]]), ['RSTO', 'S0'])
})

test('chunks that lie are counted', () => {
  assert.deepEqual(play([[HERE, '00000003 41424344']]).names, ['sctp-chunk-length'])
  assert.equal(play([[HERE, '000000ff 41424344']]).flows.length, 1)
})
