// 802.11 and 802.15.4 headers made by hand, from the standards' figures: ends, LLC, what is
// counted.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { AddressBook, macText, v4Text } from '../core/addresses.ts'
import { hex, ipv4Packet, ipv6Packet, udpDatagram } from './frame-kit.ts'
import { LINK } from './link.ts'
import { Packet } from './packet.ts'
import { decodeFrame, spineContext } from './spine.ts'

function machine() {
  const anomalies: string[] = []
  const packet = new Packet()
  const context = spineContext(new AddressBook(64), (name) => void anomalies.push(name))
  const decode = (bytes: Buffer, linkType: number, wireLength = bytes.length) => {
    Object.assign(packet, { bytes, start: 0, end: bytes.length, wireLength, linkType })
    packet.cut = wireLength > bytes.length
    return decodeFrame(packet, context)
  }
  const ends = () => [macText(packet.sourceMac), macText(packet.destinationMac)]
  return { anomalies, packet, decode, ends }
}

const A = '0211111111a1'
const B = '0222222222b2'
const C = '0233333333c3'
const D = '0244444444d4'
const [TEXT_A, TEXT_B, TEXT_C, TEXT_D] = [A, B, C, D].map((mac) => mac.replace(/..(?=.)/g, '$&:'))
const ip = ipv4Packet(17, udpDatagram(5000, 53, hex('010203')))
const content = Buffer.concat([hex('aaaa03 000000 0800'), ip])
const air = (header: string, rest: Buffer = content) => Buffer.concat([hex(header), rest])

function isOurs(packet: Packet): void {
  assert.equal(packet.family, 0)
  assert.equal(v4Text(packet.source >>> 0), '192.168.1.10')
  assert.deepEqual([packet.sourcePort, packet.destinationPort], [5000, 53])
  assert.equal(packet.bytes.toString('hex', packet.payloadOffset, packet.payloadEnd), '010203')
}

test('data in the clear: ends by way of the systems, then IP', () => {
  const cases: readonly (readonly [string, Buffer, string, string])[] = [
    ['ad hoc', air(`0800 0000 ${A}${B}${C} 0000`), TEXT_B, TEXT_A],
    ['to the access point', air(`0801 0000 ${A}${B}${C} 0000`), TEXT_B, TEXT_C],
    ['from it', air(`0802 0000 ${A}${B}${C} 0000`), TEXT_C, TEXT_A],
    ['between two', air(`0803 0000 ${A}${B}${C} 0000 ${D}`), TEXT_D, TEXT_C],
    ['with quality of service', air(`8801 0000 ${A}${B}${C} 0000 0600`), TEXT_B, TEXT_C],
    ['and HT control', air(`8881 0000 ${A}${B}${C} 0000 0000 01020304`), TEXT_B, TEXT_C],
  ]
  for (const [what, bytes, source, destination] of cases) {
    const { decode, packet, anomalies, ends } = machine()
    assert.equal(decode(bytes, LINK.ieee80211), true, what)
    isOurs(packet)
    assert.deepEqual(ends(), [source, destination], what)
    assert.deepEqual(anomalies, [])
  }
})

test('an aggregate is read at its first frame', () => {
  const inner = (mac: string) => {
    const length = Buffer.from([content.length >> 8, content.length])
    return Buffer.concat([hex(`${mac}${D}`), length, content])
  }
  const fill = Buffer.alloc(4 - ((14 + content.length) % 4))
  const one = air(`8801 0000 ${A}${B}${C} 0000 8000`, inner(C))
  const two = air(`8801 0000 ${A}${B}${C} 0000 8000`, Buffer.concat([inner(C), fill, inner(A)]))
  for (const [bytes, counted] of [
    [one, []],
    [two, ['wlan-aggregate-rest']],
  ] as const) {
    const { decode, packet, anomalies, ends } = machine()
    assert.equal(decode(bytes, LINK.ieee80211), true)
    isOurs(packet)
    assert.deepEqual(ends(), [TEXT_D, TEXT_C])
    assert.deepEqual(anomalies, counted)
  }
})

test('radiotap and PPI: check sequences and padding are left out', () => {
  const frame = air(`0801 0000 ${A}${B}${C} 0000`)
  const fcs = hex('deadbeef')
  const padded = air(`8801 0000 ${A}${B}${C} 0000 0000 0000`)
  const cases: readonly (readonly [string, number, Buffer])[] = [
    ['no fields', LINK.radiotap, air('0000 0800 00000000', frame)],
    ['flags', LINK.radiotap, air('0000 0900 02000000 10', Buffer.concat([frame, fcs]))],
    [
      'time, flags and a second word',
      LINK.radiotap,
      air('0000 1900 03000080 00000000 00000000 0102030405060708 10', Buffer.concat([frame, fcs])),
    ],
    ['padded', LINK.radiotap, air('0000 0900 02000000 20', padded)],
    ['PPI', LINK.perPacketInformation, air('0000 0800 69000000', frame)],
    [
      'PPI with its common field',
      LINK.perPacketInformation,
      air(
        `0000 2000 69000000 0200 1400 ${'00'.repeat(8)} 0100 ${'00'.repeat(10)}`,
        Buffer.concat([frame, fcs]),
      ),
    ],
  ]
  for (const [what, linkType, bytes] of cases) {
    const { decode, packet, anomalies } = machine()
    assert.equal(decode(bytes, linkType), true, what)
    isOurs(packet)
    assert.deepEqual(anomalies, [], what)
    // Bytes of a flow are those of the air, without check sequence.
    const padding = what === 'padded' ? 4 : 0
    assert.equal(packet.wireLength, frame.length + padding, what)
  }
})

test('what cannot be read is counted by name', () => {
  const cases: readonly (readonly [string, boolean, Buffer, number?])[] = [
    ['wlan-protected', true, air(`0841 0000 ${A}${B}${C} 0000`)],
    ['wlan-fragment', true, air(`0801 0000 ${A}${B}${C} 0100`)],
    ['wlan-fragment', true, air(`0805 0000 ${A}${B}${C} 0000`)],
    ['wlan-control-frame', false, hex(`d400 0000 ${A}`)],
    ['wlan-version', false, air(`0901 0000 ${A}${B}${C} 0000`)],
    ['wlan-cut', false, hex(`0801 0000 ${A}`)],
    ['wlan-cut', false, hex(`8803 0000 ${A}${B}${C} 0000 ${D}`)],
    ['wlan-bad-check-sequence', false, air('0000 0900 02000000 50'), LINK.radiotap],
    ['radiotap-cut', false, air('0000 ff00 02000000 50'), LINK.radiotap],
    ['ppi-cut', false, air('0000 0700 69000000'), LINK.perPacketInformation],
    ['link-type-unknown', false, air('0000 0800 77000000'), LINK.perPacketInformation],
  ]
  for (const [name, known, bytes, linkType] of cases) {
    const { decode, packet, anomalies } = machine()
    assert.equal(decode(bytes, linkType ?? LINK.ieee80211), known, name)
    assert.deepEqual(anomalies, [name])
    if (known) assert.deepEqual([packet.family, packet.etherType], [2, LINK.ieee80211])
  }
})

test('802.15.4: short and extended addresses, PANs as each version leaves them out', () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['short, one PAN', '4188 01 621a 0000 3412', '02:15:1a:62:12:34', '02:15:1a:62:00:00'],
    ['two PANs', '0188 01 621a 0000 0100 3412', '02:15:00:01:12:34', '02:15:1a:62:00:00'],
    ['to all', '4188 01 621a ffff 3412', '02:15:1a:62:12:34', 'ff:ff:ff:ff:ff:ff'],
    [
      'extended',
      '41cc 01 621a 8fd9b514004b1200 0102030405060708',
      '08:07:06:03:02:01',
      '00:12:4b:b5:d9:8f',
    ],
    [
      'made of an EUI-48',
      '41c8 01 621a 0000 ddccbbfeffaa1000',
      '00:10:aa:bb:cc:dd',
      '02:15:1a:62:00:00',
    ],
    ['2015, no sequence number', '41a9 621a 0000 3412', '02:15:1a:62:12:34', '02:15:1a:62:00:00'],
  ]
  for (const [what, header, source, destination] of cases) {
    const { decode, packet, anomalies, ends } = machine()
    assert.equal(decode(hex(`${header} 00`), LINK.ieee802154), true, what)
    assert.deepEqual([packet.family, packet.etherType], [2, LINK.ieee802154])
    assert.deepEqual(ends(), [source, destination], what)
    assert.deepEqual(anomalies, [], what)
  }
})

test('802.15.4: check sequences, TAP, and IPv6 as it is', () => {
  const ipv6 = ipv6Packet(17, udpDatagram(5683, 5683, hex('40')))
  const frame = Buffer.concat([hex('4188 01 621a 0000 3412 41'), ipv6])
  const tap = hex('0000 0c00 0000 0100 01 000000')
  for (const [bytes, linkType] of [
    [frame, LINK.ieee802154],
    [Buffer.concat([frame, hex('aabb')]), LINK.ieee802154Fcs],
    [Buffer.concat([tap, frame, hex('aabb')]), LINK.ieee802154Tap],
  ] as const) {
    const { decode, packet, anomalies } = machine()
    assert.equal(decode(bytes, linkType), true)
    assert.deepEqual([packet.family, packet.sourcePort, packet.wireLength], [1, 5683, frame.length])
    assert.deepEqual(anomalies, [])
  }
})

test('802.15.4: what cannot be read is counted by name', () => {
  const cases: readonly (readonly [string, boolean, string])[] = [
    ['lowrate-acknowledgement', false, '0200 01'],
    ['lowrate-no-source', false, '0108 01 621a 0000'],
    ['lowrate-frame-type', false, '4788 01 621a 0000 3412'],
    ['lowrate-address-mode', false, '4184 01 621a 0000 3412'],
    ['lowrate-cut', false, '4188 01 621a 0000'],
    ['lowrate-protected', true, '4988 01 621a 0000 3412 05 01000000'],
  ]
  for (const [name, known, bytes] of cases) {
    const { decode, anomalies } = machine()
    assert.equal(decode(hex(bytes), LINK.ieee802154), known, name)
    assert.deepEqual(anomalies, [name])
  }
})

test('every prefix of every form is survived', () => {
  const forms: readonly (readonly [Buffer, number])[] = [
    [air(`8803 0000 ${A}${B}${C} 0000 ${D} 8000`), LINK.ieee80211],
    [air('0000 1900 03000080 00000000 00000000 0102030405060708 10'), LINK.radiotap],
    [air('0000 0800 69000000'), LINK.perPacketInformation],
    [hex('0000 0c00 0000 0100 01 000000 41a9 621a 0000 3412 41'), LINK.ieee802154Tap],
    [hex('41aa 01 621a 0000 3412 003f 0088 0188 00f8 41'), LINK.ieee802154],
  ]
  for (const [bytes, linkType] of forms) {
    for (let length = 0; length <= bytes.length; length++) {
      const { decode, packet } = machine()
      decode(bytes.subarray(0, length), linkType, bytes.length)
      decode(bytes.subarray(0, length), linkType, length)
      assert(packet.end <= length && packet.start >= 0)
    }
  }
})
