// The flow table on hand-made packets: who started it, what state it ended in, what parsers get to
// read.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { AddressBook } from '../core/addresses.ts'
import { AnomalyTable } from '../core/anomaly.ts'
import {
  MORE,
  NEXT,
  Packet,
  YES,
  decodeFrame,
  spineContext,
  tcp,
  udp,
  type Protocol,
} from '../decode/index.ts'
import {
  ethernetFrame,
  hex,
  ipv4Packet,
  tag,
  tcpSegment,
  udpDatagram,
  type Segment,
} from '../decode/frame-kit.ts'
import { EndpointTable } from './endpoint.ts'
import type { Flow } from './flow.ts'
import { NameTable } from './names.ts'
import { Recognition } from './recognition.ts'
import { FlowTable } from './table.ts'
import type { Transaction } from './transaction.ts'

/** A toy protocol: '#', a length byte, that many letters. */
const toy: Protocol = {
  id: 'toy',
  title: 'Toy',
  spec: 'this test',
  over: [tcp(7777), udp(7777)],
  startsWith: [35],
  packets: Infinity,
  recognise: (cursor) => (cursor.u8() === 35 && cursor.has(1) ? YES : 0),
  decode(cursor, message) {
    if (!cursor.has(2)) return MORE
    cursor.skip(1)
    const length = cursor.u8()
    if (!cursor.has(length)) return MORE
    message.emit({ text: cursor.latin1(length) })
    return NEXT
  },
}

const CLIENT = { from: '192.168.1.10', to: '192.168.1.20' }
const SERVER = { from: '192.168.1.20', to: '192.168.1.10' }

class Bench {
  readonly flows: Flow[] = []
  readonly said: Transaction[] = []
  readonly anomalies = new AnomalyTable()
  readonly endpoints = new EndpointTable(1024, new AddressBook(256))
  readonly table: FlowTable
  readonly packet = new Packet()
  time = 1_700_000_000_000_000
  private readonly context

  constructor(capacity = 64) {
    const { anomalies, endpoints } = this
    this.context = spineContext(endpoints.addresses, (name, of) =>
      anomalies.count(name, of.frame, of.time),
    )
    this.table = new FlowTable({
      capacity,
      endpoints,
      anomalies,
      names: new NameTable(),
      recognition: new Recognition([toy]),
      observer: {
        flowEnd: (flow) => void this.flows.push({ ...flow }),
        transaction: (transaction) => void this.said.push(transaction),
      },
    })
  }

  frame(bytes: Buffer, step = 1000): this {
    const { packet } = this
    this.time += step
    // Bytes are poisoned after each call: nobody may keep a view of them.
    const chunk = Buffer.from(bytes)
    Object.assign(packet, { bytes: chunk, start: 0, end: chunk.length, wireLength: chunk.length })
    Object.assign(packet, { time: this.time, linkType: 1, cut: false, frame: packet.frame + 1 })
    if (decodeFrame(packet, this.context)) this.table.packet(packet)
    chunk.fill(0xa5)
    return this
  }

  tcp(side: typeof CLIENT, segment: Partial<Segment> & { flags: string }, step?: number): this {
    const ports = side === CLIENT ? { from: 40000, to: 7777 } : { from: 7777, to: 40000 }
    const identification = this.packet.frame + 1
    const packet = ipv4Packet(6, tcpSegment({ ...ports, ...segment }), { ...side, identification })
    return this.frame(ethernetFrame(0x0800, packet), step)
  }

  end(): Flow[] {
    this.table.finish()
    return this.flows
  }

  texts(): unknown[] {
    return this.said.map(({ fields }) => fields.text)
  }
}

const toyMessage = (text: string) =>
  Buffer.from(`#${String.fromCharCode(text.length)}${text}`, 'latin1')

/** SYN, SYN+ACK, ACK with initial sequence numbers 100 and 500. */
const handshake = (bench: Bench) =>
  bench
    .tcp(CLIENT, { flags: 'S', sequence: 100 })
    .tcp(SERVER, { flags: 'SA', sequence: 500, acknowledgement: 101 })
    .tcp(CLIENT, { flags: 'A', sequence: 101, acknowledgement: 501 })

test('a whole connection: state, history, counters, times', () => {
  const bench = handshake(new Bench())
    .tcp(CLIENT, { flags: 'PA', sequence: 101, payload: toyMessage('hello') })
    .tcp(SERVER, { flags: 'A', sequence: 501, acknowledgement: 108 })
    .tcp(SERVER, { flags: 'PA', sequence: 501, payload: toyMessage('there') })
    .tcp(CLIENT, { flags: 'FA', sequence: 108 })
    .tcp(SERVER, { flags: 'FA', sequence: 508 })
  const [flow, ...more] = bench.end()
  assert.equal(more.length, 0)
  assert.equal(flow.state, 'SF')
  assert.equal(flow.history, 'ShADadFf')
  assert.equal(flow.service, 'toy')
  assert.deepEqual([flow.originatorPort, flow.responderPort], [40000, 7777])
  assert.deepEqual([flow.originatorPackets, flow.responderPackets], [4, 4])
  assert.deepEqual([flow.originatorPayload, flow.responderPayload], [7, 7])
  assert.equal(flow.directionCertain, true)
  assert.equal(flow.last - flow.first, 7000)
  assert.deepEqual(bench.texts(), ['hello', 'there'])
  assert.equal(bench.endpoints.addressText(flow.originator), '192.168.1.10')
})

test('the answer seen first does not make the server the originator', () => {
  const bench = new Bench().tcp(SERVER, { flags: 'SA', sequence: 500, acknowledgement: 101 })
  const [flow] = bench.end()
  assert.equal(bench.endpoints.addressText(flow.originator), '192.168.1.10')
  assert.equal(flow.responderPort, 7777)
  const middle = new Bench().tcp(SERVER, { flags: 'PA', sequence: 9, payload: toyMessage('x') })
  assert.equal(middle.end()[0].responderPort, 7777)
})

test('refused, unanswered and reset connections', () => {
  const refused = new Bench().tcp(CLIENT, { flags: 'S', sequence: 1 }).tcp(SERVER, { flags: 'RA' })
  assert.equal(refused.end()[0].state, 'REJ')
  assert.equal(new Bench().tcp(CLIENT, { flags: 'S', sequence: 1 }).end()[0].state, 'S0')
  const reset = handshake(new Bench()).tcp(CLIENT, { flags: 'R', sequence: 101 })
  assert.equal(reset.end()[0].state, 'RSTO')
})

test('a message over several segments, out of order, and sent again', () => {
  const bytes = toyMessage('abcdefghijklmnop')
  const part = (from: number, to: number) => ({
    flags: 'PA',
    sequence: 101 + from,
    payload: bytes.subarray(from, to),
  })
  const bench = handshake(new Bench())
    .tcp(CLIENT, part(0, 4))
    .tcp(CLIENT, part(8, 12))
    .tcp(CLIENT, part(12, 18))
    .tcp(CLIENT, part(0, 4))
    .tcp(CLIENT, part(2, 10))
  assert.deepEqual(bench.texts(), ['abcdefghijklmnop'])
  const [flow] = bench.end()
  assert.ok(flow.retransmissions >= 1)
  assert.equal(flow.gaps, 0)
  // What came twice was the same.
  assert.deepEqual(bench.anomalies.list(), [])
})

test('two contents for one place in the stream', () => {
  const bytes = toyMessage('abcdefghijklmnop')
  const other = toyMessage('abcdEfghijklmnop')
  const part = (from: number, to: number, content = bytes) => ({
    flags: 'PA',
    sequence: 101 + from,
    payload: content.subarray(from, to),
  })
  const play = (...parts: ReturnType<typeof part>[]) => {
    const bench = handshake(new Bench())
    for (const one of parts) bench.tcp(CLIENT, one)
    return [bench.texts(), bench.anomalies.list().map(({ name, count }) => `${name} ${count}`)]
  }
  const said = ['abcdefghijklmnop']
  const conflict = ['tcp-overlap-conflict 1']
  // Sent again whole, sent again with more, ahead of a hole, filling it, waiting twice.
  assert.deepEqual(play(part(0, 8), part(4, 8, other), part(8, 18)), [said, conflict])
  assert.deepEqual(play(part(0, 8), part(4, 18, other)), [said, conflict])
  assert.deepEqual(play(part(0, 4), part(6, 18), part(4, 8, other)), [
    ['abcdEfghijklmnop'],
    conflict,
  ])
  assert.deepEqual(play(part(0, 4), part(6, 12), part(6, 12, other), part(4, 6), part(12, 18)), [
    said,
    conflict,
  ])
  assert.deepEqual(play(part(0, 8), part(0, 8), part(2, 18)), [said, []])
  // Nothing is held any more of what was read.
  assert.deepEqual(
    play(part(0, 18), part(4, 18, other), part(17, 18), { ...part(0, 18), sequence: 110 }),
    [said, ['tcp-overlap 1']],
  )
})

test('a first message that comes byte by byte is recognised all the same', () => {
  const bytes = toyMessage('hello')
  const port = { from: 40000, to: 9 }
  const bench = new Bench().tcp(CLIENT, { flags: 'S', sequence: 100, ...port })
  ;[...bytes].forEach((byte, index) =>
    bench.tcp(CLIENT, { flags: 'A', sequence: 101 + index, payload: Buffer.of(byte), ...port }),
  )
  assert.deepEqual(bench.texts(), ['hello'])
  assert.equal(bench.end()[0].service, 'toy')
})

test('a protocol may begin after a short talk in another', () => {
  const port = { from: 40000, to: 9 }
  const bench = new Bench().tcp(CLIENT, { flags: 'S', sequence: 100, ...port })
  const talk = ['+OK ready when you are', 'please begin', '+OK begin then, now'].map((line) =>
    Buffer.from(`${line}\r\n`),
  )
  let sequence = 101
  for (const payload of [...talk, toyMessage('secret')]) {
    bench.tcp(CLIENT, { flags: 'PA', sequence, payload, ...port })
    sequence += payload.length
  }
  assert.deepEqual(bench.texts(), ['secret'])
})

test('found in its middle by a keep-alive, a flow has no hole', () => {
  const bench = new Bench()
    .tcp(CLIENT, { flags: 'A', sequence: 99 })
    .tcp(SERVER, { flags: 'A', sequence: 500, acknowledgement: 100 })
    .tcp(CLIENT, { flags: 'PA', sequence: 100, payload: toyMessage('still here') })
  assert.deepEqual(bench.texts(), ['still here'])
  const [flow] = bench.end()
  assert.deepEqual([flow.gaps, flow.history], [0, 'AaD'])
  const lost = handshake(new Bench())
  lost.tcp(CLIENT, { flags: 'PA', sequence: 102, payload: toyMessage('behind a hole') })
  assert.deepEqual(lost.texts(), [], 'with a SYN, one byte is missing')
})

test('a mirror that tags one direction only: still one flow', () => {
  const [device, gateway] = ['02:00:00:00:00:0d', '02:00:00:00:00:01']
  const segment = (from: number, to: number, flags: string) => tcpSegment({ from, to, flags })
  const bare = (bytes: Buffer, from: string, to: string) =>
    ethernetFrame(0x0800, bytes, { from, to })
  const tagged = (bytes: Buffer, id: number, from: string, to: string) =>
    ethernetFrame(0x8100, tag(id, 0x0800, bytes), { from, to })
  const syn = ipv4Packet(6, segment(40000, 7777, 'S'), CLIENT)
  const answer = ipv4Packet(6, segment(7777, 40000, 'SA'), SERVER)
  const up = new Bench()
    .frame(bare(syn, device, gateway))
    .frame(tagged(answer, 100, gateway, device))
  assert.deepEqual(
    up.end().map(({ history }) => history),
    ['Sh'],
  )
  const down = new Bench()
    .frame(tagged(syn, 100, device, gateway))
    .frame(bare(answer, gateway, device))
    .frame(tagged(syn, 100, device, gateway))
  assert.deepEqual(
    down.end().map(({ history, vlan }) => [history, vlan]),
    [['Sh', 100]],
  )
  // The same addresses elsewhere: other stations in another VLAN.
  const cells = new Bench()
    .frame(bare(syn, device, gateway))
    .frame(tagged(answer, 7, '02:00:00:00:07:01', '02:00:00:00:07:0d'))
  assert.deepEqual(
    cells.end().map(({ history }) => history),
    ['S', 'h'],
  )
})

test('noise before a message does not hide it, noise for ever is given up', () => {
  const port = { from: 40000, to: 9 }
  const send = (payloads: readonly Buffer[]) => {
    const bench = new Bench().tcp(CLIENT, { flags: 'S', sequence: 100, ...port })
    let sequence = 101
    for (const payload of payloads) {
      bench.tcp(CLIENT, { flags: 'A', sequence, payload, ...port })
      sequence += payload.length
    }
    return bench
  }
  const late = send([hex('0a0a'), toyMessage('a longer message')])
  assert.deepEqual(late.texts(), ['a longer message'])
  const noise = Array.from({ length: 40 }, () => hex('0000000000'))
  const never = send([...noise, toyMessage('a longer message')])
  assert.deepEqual(never.texts(), [])
  assert.equal(never.table.application.memory.held, 0)
})

test('a hole is given up, counted, and reading goes on behind it', () => {
  const bench = handshake(new Bench()).tcp(CLIENT, {
    flags: 'PA',
    sequence: 101,
    payload: toyMessage('one'),
  })
  // 5 bytes at 106 are never seen.
  for (let index = 0; index < 18; index++) {
    bench.tcp(CLIENT, { flags: 'PA', sequence: 111 + index * 3, payload: toyMessage('x') })
  }
  assert.equal(bench.texts()[0], 'one')
  assert.equal(bench.texts().length, 19)
  assert.equal(bench.end()[0].gaps, 1)
})

test('a hole that the receiver has acknowledged is not waited for', () => {
  const bench = handshake(new Bench())
    .tcp(CLIENT, { flags: 'PA', sequence: 150, payload: toyMessage('late') })
    .tcp(SERVER, { flags: 'A', sequence: 501, acknowledgement: 156 })
  assert.deepEqual(bench.texts(), ['late'])
  const [{ source, sourcePort, fromOriginator }] = bench.said
  assert.deepEqual([sourcePort, fromOriginator], [40000, true])
  assert.equal(bench.endpoints.addressText(source), '192.168.1.10')
  assert.equal(bench.end()[0].gaps, 1)
})

test('a sequence number half the space away is neither old nor new', () => {
  const bench = handshake(new Bench())
    .tcp(CLIENT, { flags: 'PA', sequence: 101, payload: toyMessage('x') })
    .tcp(CLIENT, { flags: 'PA', sequence: 104 + 2 ** 31, payload: toyMessage('far') })
  assert.deepEqual(bench.texts(), ['x'])
  assert.equal(bench.end().length, 1)
})

test('the second copy of a packet is left out', () => {
  const bench = new Bench()
  const bytes = (from: string) =>
    ethernetFrame(
      0x0800,
      ipv4Packet(17, udpDatagram(9, 7777, toyMessage('x')), {
        identification: 77,
        timeToLive: from === 'a' ? 64 : 63,
      }),
      {
        from: from === 'a' ? '02:00:00:00:00:01' : '02:00:00:00:00:09',
      },
    )
  bench.frame(bytes('a')).frame(bytes('b'), 40)
  assert.equal(bench.end()[0].originatorPackets, 1)
  assert.equal(bench.table.duplicates.count, 1)
})

test('time ends flows: idle ones, and the same ports begin a new one', () => {
  const bench = new Bench()
  const datagram = ethernetFrame(0x0800, ipv4Packet(17, udpDatagram(9, 7777, toyMessage('x'))))
  bench.frame(datagram).frame(datagram, 61_000_000).frame(datagram, 1000)
  assert.equal(bench.flows.length, 1)
  assert.equal(bench.flows[0].end, 'idle')
  assert.deepEqual(
    bench.end().map((flow) => flow.originatorPackets),
    [1, 2],
  )
})

test('a full table puts out the flow that would end first, and says so', () => {
  const bench = new Bench(16)
  for (let port = 1; port <= 40; port++) {
    bench.frame(ethernetFrame(0x0800, ipv4Packet(17, udpDatagram(port, 9999, hex('00')))))
  }
  assert.equal(bench.end().length, 40)
  assert.equal(bench.table.evicted, 25)
  assert.equal(bench.flows.filter((flow) => flow.end === 'evicted').length, 25)
})

test('stations without an address yet are told apart by their MAC', () => {
  const bench = new Bench()
  for (const from of ['02:00:00:00:00:0a', '02:00:00:00:00:0b']) {
    const packet = ipv4Packet(17, udpDatagram(68, 67, hex('00')), {
      from: '0.0.0.0',
      to: '255.255.255.255',
    })
    bench.frame(ethernetFrame(0x0800, packet, { from, to: 'ff:ff:ff:ff:ff:ff' }))
  }
  const macs = bench.end().map((flow) => bench.endpoints.mac(flow.originator))
  assert.deepEqual(macs, [0x02000000000a, 0x02000000000b])
})

test('time that jumps back and forth neither hangs nor loses flows', () => {
  const bench = new Bench(1024)
  for (let port = 1; port <= 500; port++) {
    const step = port % 2 === 0 ? 7_200_000_000 : -7_100_000_000
    bench.frame(ethernetFrame(0x0800, ipv4Packet(17, udpDatagram(port, 9999, hex('00')))), step)
  }
  assert.equal(bench.end().length, 500)
})
