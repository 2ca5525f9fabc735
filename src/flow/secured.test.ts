// Flows that turn to TLS after a talk in the clear: read on as TLS, named for both.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { AnomalyTable } from '../core/anomaly.ts'
import { AddressBook } from '../core/addresses.ts'
import { ethernetFrame, ipv4Packet, tcpSegment } from '../decode/frame-kit.ts'
import {
  FOREIGN,
  MORE,
  NEXT,
  Packet,
  SECURE,
  decodeFrame,
  spineContext,
  tcp,
  type Protocol,
} from '../decode/index.ts'
import { EndpointTable } from './endpoint.ts'
import type { Flow } from './flow.ts'
import { NameTable } from './names.ts'
import { Recognition } from './recognition.ts'
import { FlowTable } from './table.ts'

/** Lines; 'go' by the server turns to TLS. */
const mail: Protocol = {
  id: 'mail',
  title: 'Mail',
  spec: 'none',
  over: [tcp(7777)],
  packets: Infinity,
  decode(cursor, message) {
    const line = cursor.line()
    if (line === undefined) return MORE
    message.state = line
    message.emit({ line })
    return line === 'go' && !message.fromOriginator ? SECURE : NEXT
  },
}

/** Pairs of characters that begin with a star. */
const toyTls: Protocol = {
  id: 'tls',
  title: 'TLS',
  spec: 'none',
  over: [tcp(443)],
  packets: 2,
  decode(cursor, message) {
    if (cursor.peek() !== 0x2a) return FOREIGN
    if (!cursor.has(2)) return MORE
    message.emit({ text: cursor.latin1(2), first: message.state === undefined })
    message.state = true
    message.serverName('mail.example')
    return NEXT
  },
}

const CLIENT = { from: '192.168.1.10', to: '192.168.1.20' }
const SERVER = { from: '192.168.1.20', to: '192.168.1.10' }

function play(protocols: readonly Protocol[], lines: readonly (readonly ['C' | 'S', string])[]) {
  const endpoints = new EndpointTable(64, new AddressBook(64))
  const anomalies = new AnomalyTable()
  const flows: Flow[] = []
  const said: [string, unknown][] = []
  const table = new FlowTable({
    capacity: 16,
    endpoints,
    anomalies,
    names: new NameTable(),
    recognition: new Recognition(protocols),
    observer: {
      flowEnd: (flow) => void flows.push({ ...flow }),
      transaction: ({ protocol, fields }) =>
        void said.push([protocol, fields.line ?? `${String(fields.text)} ${String(fields.first)}`]),
    },
  })
  const packet = new Packet()
  const context = spineContext(endpoints.addresses, () => {})
  const next = { C: 101, S: 501 }
  for (const [index, [side, text]] of lines.entries()) {
    const isClient = side === 'C'
    const ports = isClient ? { from: 40000, to: 7777 } : { from: 7777, to: 40000 }
    const payload = Buffer.from(text)
    const segment = tcpSegment({ ...ports, flags: 'PA', sequence: next[side], payload })
    next[side] += payload.length
    const ends = { ...(isClient ? CLIENT : SERVER), identification: index + 1 }
    const bytes = ethernetFrame(0x0800, ipv4Packet(6, segment, ends))
    Object.assign(packet, { bytes, start: 0, end: bytes.length, wireLength: bytes.length })
    Object.assign(packet, { time: 1_700_000_000_000_000 + index * 1000, frame: index + 1 })
    if (decodeFrame(packet, context)) table.packet(packet)
  }
  table.finish()
  return { flow: flows[0], said, names: anomalies.list().map(({ name }) => name) }
}

test('read on as TLS, in pieces, with a state and a budget of its own', () => {
  const { flow, said, names } = play(
    [mail, toyTls],
    [
      ['S', 'hello\n'],
      ['C', 'tls?\n'],
      ['S', 'go\n'],
      ['C', '*'],
      ['C', 'a*b'],
      ['S', '*c'],
      ['C', '*d'],
    ],
  )
  assert.deepEqual(said, [
    ['mail', 'hello'],
    ['mail', 'tls?'],
    ['mail', 'go'],
    ['tls', '*a true'],
    ['tls', '*b false'],
    ['tls', '*c false'],
  ])
  assert.deepEqual(
    [flow.service, flow.serverName, flow.nameSource],
    ['mail-tls', 'mail.example', 'tls'],
  )
  assert.deepEqual(names, [])
})

test('bytes of TLS behind the last line are not lost', () => {
  const { flow, said } = play(
    [mail, toyTls],
    [
      ['C', 'tls?\n'],
      ['S', 'go\n*a'],
    ],
  )
  assert.deepEqual(said.at(-1), ['tls', '*a true'])
  assert.equal(flow.service, 'mail-tls')
})

test('a flow that does not keep its word stays what it was', () => {
  const { flow, said } = play(
    [mail, toyTls],
    [
      ['C', 'tls?\n'],
      ['S', 'go\n'],
      ['C', 'no\n'],
    ],
  )
  assert.equal(said.length, 2)
  assert.equal(flow.service, 'mail')
})

test('without TLS among the protocols the flow is over', () => {
  const { flow, said } = play(
    [mail],
    [
      ['C', 'tls?\n'],
      ['S', 'go\n'],
      ['C', '*a'],
    ],
  )
  assert.equal(said.length, 2)
  assert.equal(flow.service, 'mail')
})
