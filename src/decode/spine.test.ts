// The spine on hand-made frames of every link type and header, whole, cut and lying.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { AddressBook, v4Text } from '../core/addresses.ts'
import {
  ethernetFrame,
  hex,
  ipv4Packet,
  ipv6Packet,
  tag,
  tcpSegment,
  udpDatagram,
} from './frame-kit.ts'
import { LINK } from './link.ts'
import { Packet } from './packet.ts'
import { decodeFrame, decodeInner, spineContext } from './spine.ts'

/** A decoder that keeps what it counted. */
function machine() {
  const anomalies: string[] = []
  const addresses = new AddressBook(1024)
  const packet = new Packet()
  const context = spineContext(addresses, (name) => void anomalies.push(name))
  const decode = (bytes: Buffer, linkType: number = LINK.ethernet, wireLength = bytes.length) => {
    packet.bytes = bytes
    packet.start = 0
    packet.end = bytes.length
    packet.wireLength = wireLength
    packet.cut = wireLength > bytes.length
    packet.linkType = linkType
    packet.frame++
    packet.time += 1000
    return decodeFrame(packet, context)
  }
  return { anomalies, addresses, packet, context, decode }
}

const udp = udpDatagram(5000, 53, hex('010203'))
const ip = ipv4Packet(17, udp)

function isOurDatagram(packet: Packet): void {
  assert.equal(packet.family, 0)
  assert.equal(v4Text(packet.source >>> 0), '192.168.1.10')
  assert.equal(v4Text(packet.destination >>> 0), '192.168.1.20')
  assert.deepEqual([packet.sourcePort, packet.destinationPort], [5000, 53])
  assert.equal(packet.bytes.toString('hex', packet.payloadOffset, packet.payloadEnd), '010203')
  assert.equal(packet.payloadLength, 3)
}

test('every link type leads to the same datagram', () => {
  const cases: readonly (readonly [string, Buffer, number])[] = [
    ['Ethernet II', ethernetFrame(0x0800, ip), LINK.ethernet],
    ['padded', Buffer.concat([ethernetFrame(0x0800, ip), Buffer.alloc(20)]), LINK.ethernet],
    ['802.1Q', ethernetFrame(0x8100, tag(7, 0x0800, ip)), LINK.ethernet],
    ['QinQ', ethernetFrame(0x88a8, tag(7, 0x8100, tag(9, 0x0800, ip))), LINK.ethernet],
    [
      'SNAP',
      ethernetFrame(8 + ip.length, Buffer.concat([hex('aaaa03 000000 0800'), ip])),
      LINK.ethernet,
    ],
    ['SLL', Buffer.concat([hex('0000 0001 0006 020000000001 0000 0800'), ip]), LINK.linuxCooked],
    [
      'SLL2',
      Buffer.concat([hex('0800 0000 00000002 0001 00 06 020000000001 0000'), ip]),
      LINK.linuxCooked2,
    ],
    ['BSD loopback, little-endian', Buffer.concat([hex('02000000'), ip]), LINK.null],
    ['OpenBSD loopback', Buffer.concat([hex('00000002'), ip]), LINK.loop],
    ['raw', ip, LINK.raw],
    ['PPP', Buffer.concat([hex('ff03 0021'), ip]), LINK.ppp],
    ['Cisco HDLC', Buffer.concat([hex('0f00 0800'), ip]), LINK.ciscoHdlc],
    [
      'PPPoE',
      ethernetFrame(0x8864, Buffer.concat([hex('1100 0001 0021 0021'), ip])),
      LINK.ethernet,
    ],
    ['MPLS', ethernetFrame(0x8847, Buffer.concat([hex('00010140'), ip])), LINK.ethernet],
    [
      'NFLOG',
      Buffer.concat([hex('02000000 0800 0100 0800 0100'), hex('2500 0900'), ip]),
      LINK.nflog,
    ],
  ]
  for (const [name, frame, linkType] of cases) {
    const { decode, packet, anomalies } = machine()
    assert.equal(decode(frame, linkType), true, name)
    isOurDatagram(packet)
    assert.deepEqual(anomalies, [], name)
  }
})

test('VLAN ids and MACs are told', () => {
  const { decode, packet } = machine()
  decode(ethernetFrame(0x88a8, tag(7, 0x8100, tag(9, 0x0800, ip))))
  assert.deepEqual([packet.vlan, packet.innerVlan], [7, 9])
  assert.equal(packet.sourceMac, 0x020000000001)
  assert.equal(packet.destinationMac, 0x020000000002)
})

const inUdp = (port: number, payload: Buffer) => ipv4Packet(17, udpDatagram(4000, port, payload))

test('what only looks like a tunnel stays a datagram', () => {
  const payloads: readonly (readonly [number, Buffer])[] = [
    [4789, Buffer.concat([hex('00000000 00000500'), ethernetFrame(0x0800, ip)])],
    [6081, hex('3f00 0800 00000500')],
    [6081, Buffer.concat([hex('0000 88cc 00000500'), ip])],
    [6081, hex('00')],
    [2152, Buffer.concat([hex('3001 0023 00000001'), ip])],
    [2152, Buffer.concat([hex('36ff 002f 00000001 0001 00 85 00100085'), ip])],
    [2152, hex('36ff 0004 00000001 0001 00 85')],
    [2152, hex('30ff')],
  ]
  for (const [port, payload] of payloads) {
    const { decode, packet } = machine()
    assert.equal(decode(ethernetFrame(0x0800, inUdp(port, payload))), true)
    assert.equal(packet.innerOffset, 0, `${port} ${payload.toString('hex')}`)
  }
})

test('tunnels are walked to the packet inside', () => {
  const cases: readonly (readonly [string, Buffer])[] = [
    ['GRE', ipv4Packet(47, Buffer.concat([hex('0000 0800'), ip]))],
    [
      'GRE with key and sequence',
      ipv4Packet(47, Buffer.concat([hex('3000 0800 00000001 00000002'), ip])),
    ],
    [
      'transparent Ethernet',
      ipv4Packet(47, Buffer.concat([hex('0000 6558'), ethernetFrame(0x0800, ip)])),
    ],
    ['ERSPAN I', ipv4Packet(47, Buffer.concat([hex('0000 88be'), ethernetFrame(0x0800, ip)]))],
    [
      'ERSPAN II',
      ipv4Packet(
        47,
        Buffer.concat([hex('1000 88be 00000001 1007000100000123'), ethernetFrame(0x0800, ip)]),
      ),
    ],
    [
      'ERSPAN III of a frame',
      ipv4Packet(
        47,
        Buffer.concat([
          hex('1000 22eb 00000001 200700010000abcd00000000'),
          ethernetFrame(0x0800, ip),
        ]),
      ),
    ],
    [
      'ERSPAN III of a packet, with a platform header',
      ipv4Packet(
        47,
        Buffer.concat([hex('1000 22eb 00000001 200700010000abcd00000801 0102030405060708'), ip]),
      ),
    ],
    [
      'Geneve of a frame, with an option',
      inUdp(6081, Buffer.concat([hex('0100 6558 00000500 01020304'), ethernetFrame(0x0800, ip)])),
    ],
    ['Geneve of a packet', inUdp(6081, Buffer.concat([hex('0000 0800 00000500'), ip]))],
    ['GTP-U', inUdp(2152, Buffer.concat([hex('30ff 0023 00000001'), ip]))],
    [
      'GTP-U with a sequence number and two extensions',
      inUdp(2152, Buffer.concat([hex('36ff 002f 00000001 0001 00 85 01100085 01100000'), ip])),
    ],
    ['IP in IP', ipv4Packet(4, ip)],
    ['4in6', ipv6Packet(4, ip)],
    ['VXLAN', inUdp(4789, Buffer.concat([hex('08000000 00000500'), ethernetFrame(0x0800, ip)]))],
  ]
  for (const [name, outer] of cases) {
    const { decode, packet, context } = machine()
    assert.equal(decode(ethernetFrame(name === '4in6' ? 0x86dd : 0x0800, outer)), true, name)
    assert.notEqual(packet.innerOffset, 0, name)
    assert.equal(decodeInner(packet, context), true, name)
    isOurDatagram(packet)
    assert.equal(decodeInner(packet, context), false, name)
  }
})

test('tunnels inside tunnels end at the limit', () => {
  let inner = ip
  for (let depth = 0; depth < 12; depth++) inner = ipv4Packet(4, inner)
  const { decode, packet, context, anomalies } = machine()
  decode(ethernetFrame(0x0800, inner))
  let depth = 0
  while (packet.innerOffset !== 0 && decodeInner(packet, context)) depth++
  assert.equal(depth, 4)
  assert.deepEqual(anomalies, ['tunnel-depth'])
})

test('IPv6 extension headers are skipped; endless chains are an anomaly', () => {
  const { decode, packet, anomalies, addresses } = machine()
  const hopByHop = Buffer.concat([hex('3c00 0000 0000 0000'), hex('1100 0000 0000 0000'), udp])
  decode(ethernetFrame(0x86dd, ipv6Packet(0, hopByHop)))
  assert.deepEqual([packet.family, packet.ipProtocol, packet.destinationPort], [1, 17, 53])
  assert.equal(addresses.text(4294967296 + packet.source), 'fe80::1')
  const chain = Buffer.concat(Array<Buffer>(20).fill(hex('3c00 0000 0000 0000')))
  decode(ethernetFrame(0x86dd, ipv6Packet(60, chain)))
  assert.deepEqual(anomalies, ['ipv6-extension-chain'])
})

test('fragments are put together in any order, for both families', () => {
  const whole = udpDatagram(5000, 53, Buffer.alloc(64, 7))
  const [first, second] = [whole.subarray(0, 32), whole.subarray(32)]
  const { decode, packet, anomalies } = machine()
  const piece = (payload: Buffer, offset: number, more: boolean, identification = 1) =>
    ethernetFrame(0x0800, ipv4Packet(17, payload, { identification, offset, more }))
  assert.equal(decode(piece(second, 32, false)), false)
  assert.equal(decode(piece(first, 0, true)), true)
  assert.deepEqual([packet.destinationPort, packet.payloadLength], [53, 64])
  assert.equal(packet.payloadEnd - packet.payloadOffset, 64)
  const six = (payload: Buffer, offset: number, more: number) =>
    ethernetFrame(
      0x86dd,
      ipv6Packet(
        44,
        Buffer.concat([
          Buffer.from([17, 0, offset >> 8, (offset & 0xf8) | more]),
          hex('00000009'),
          payload,
        ]),
      ),
    )
  assert.equal(decode(six(first, 0, 1)), false)
  assert.equal(decode(six(second, 32, 0)), true)
  assert.deepEqual([packet.family, packet.destinationPort, packet.payloadLength], [1, 53, 64])
  assert.deepEqual(anomalies, [])
  decode(piece(first, 0, true, 2))
  assert.equal(decode(piece(first.subarray(0, 24), 8, true, 2)), false)
  assert.deepEqual(anomalies, ['fragment-overlap'])
})

test('lengths that lie are anomalies, and what is there is used', () => {
  const cases: readonly (readonly [string, Buffer, string])[] = [
    ['total length beyond the frame', ipv4Packet(17, udp), 'ip-bad-length'],
    ['header length beyond the packet', ipv4Packet(17, Buffer.alloc(0)), 'ipv4-bad-header-length'],
    [
      'UDP length beyond the datagram',
      ipv4Packet(17, udpDatagram(1, 2, hex('00'))),
      'udp-bad-length',
    ],
  ]
  cases[0][1].writeUInt16BE(900, 2)
  cases[1][1][0] = 0x4f
  cases[2][1].writeUInt16BE(900, 24)
  for (const [name, packet, expected] of cases) {
    const { decode, anomalies } = machine()
    decode(ethernetFrame(0x0800, packet))
    assert.deepEqual(anomalies, [expected], name)
  }
})

test('a frame cut by the snap length still tells how long it was', () => {
  const { decode, packet, anomalies } = machine()
  const segment = tcpSegment({ from: 40000, to: 80, flags: 'PA', payload: Buffer.alloc(1000, 65) })
  const frame = ethernetFrame(0x0800, ipv4Packet(6, segment))
  assert.equal(decode(frame.subarray(0, 64), LINK.ethernet, frame.length), true)
  assert.equal(packet.payloadLength, 1000)
  assert.equal(packet.payloadEnd - packet.payloadOffset, 64 - 54)
  assert.deepEqual(anomalies, [])
})

test('ICMP echo and reply have the same flow ends', () => {
  const { decode, packet } = machine()
  decode(ethernetFrame(0x0800, ipv4Packet(1, hex('0800 0000 0001 0001'))))
  assert.deepEqual([packet.sourcePort, packet.destinationPort], [8, 0])
  decode(ethernetFrame(0x0800, ipv4Packet(1, hex('0000 0000 0001 0001'))))
  assert.deepEqual([packet.sourcePort, packet.destinationPort], [0, 8])
})

test('no prefix of any frame throws', () => {
  const frames = [
    ethernetFrame(0x88a8, tag(7, 0x8100, tag(9, 0x0800, ip))),
    ethernetFrame(
      0x86dd,
      ipv6Packet(0, Buffer.concat([hex('2c00 0000 0000 0000'), hex('0600 0008 00000001'), udp])),
    ),
    ethernetFrame(
      0x0800,
      ipv4Packet(
        47,
        Buffer.concat([hex('b000 6558'), Buffer.alloc(12), ethernetFrame(0x0800, ip)]),
      ),
    ),
    ethernetFrame(0x8864, Buffer.concat([hex('1100 0001 0021 0021'), ip])),
  ]
  const { decode, packet, context } = machine()
  for (const frame of frames) {
    for (const linkType of Object.values(LINK)) {
      for (let length = 0; length <= frame.length; length++) {
        decode(Buffer.from(frame.subarray(0, length)), linkType)
        while (packet.innerOffset !== 0 && decodeInner(packet, context)) assert.ok(true)
      }
    }
  }
})
