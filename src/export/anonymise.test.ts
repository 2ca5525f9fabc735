// Anonymised captures: what the maps promise, held for random addresses; and that nothing of the
// sample capture's addresses, MACs and names is left in what is written, whole, cut or damaged.
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { AddressBook, parseMac, parseV4 } from '../core/addresses.ts'
import { Packet } from '../decode/index.ts'
import { AddressMap } from './anonymise/addresses.ts'
import { NameMap } from './anonymise/names.ts'
import { Anonymiser } from './anonymise.ts'

const KEY = Buffer.from('a key that only this test knows')
const SAMPLE = new URL('../../test/captures/sample/', import.meta.url)

const map = new AddressMap(KEY, false)
const v4 = (address: number): number => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(address, 0)
  map.v4(bytes, 0)
  return bytes.readUInt32BE(0)
}
const v6 = (hex: string): string => {
  const bytes = Buffer.from(hex, 'hex')
  map.v6(bytes, 0)
  return bytes.toString('hex')
}
const mac = (hex: string): string => {
  const bytes = Buffer.from(hex, 'hex')
  map.mac(bytes, 0)
  return bytes.toString('hex')
}
const bits = (hex: string, length: number) =>
  BigInt(`0x${hex}`)
    .toString(2)
    .padStart(hex.length * 4, '0')
    .slice(0, length)
const common = (a: string, b: string) => {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return at
}
const hex8 = (value: number) => value.toString(16).padStart(8, '0')
const v4s = fc.integer({ min: 0, max: 0xffffffff })
const hexOf = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((each) => Buffer.from(each).toString('hex'))

test('IPv4 addresses that share a prefix share one as long afterwards, and no other', () => {
  // Close addresses as well as random ones.
  const pair = fc.tuple(v4s, v4s, fc.nat({ max: 32 })).map(([a, b, shared]) => {
    const keep = shared === 0 ? 0 : (0xffffffff << (32 - shared)) >>> 0
    return [a, ((a & keep) | (b & ~keep)) >>> 0]
  })
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const before = common(bits(hex8(a), 32), bits(hex8(b), 32))
      const after = common(bits(hex8(v4(a)), 32), bits(hex8(v4(b)), 32))
      assert.equal(after, before)
    }),
    { numRuns: 2000 },
  )
})

test('special IPv4 ranges stay what they are, and nothing else becomes special', () => {
  const same = ['0.0.0.0', '255.255.255.255', '127.0.0.1', '224.0.0.251', '239.255.255.250']
  for (const text of same) assert.equal(v4(parseV4(text)!), parseV4(text), text)
  const privates = [
    [0x0a000000, 8],
    [0xac100000, 12],
    [0xc0a80000, 16],
    [0xa9fe0000, 16],
    [0x64400000, 10],
  ] as const
  const within = (address: number) =>
    privates.findIndex(([base, length]) => (address ^ base) >>> (32 - length) === 0)
  fc.assert(
    fc.property(v4s, fc.nat({ max: 4 }), (address, which) => {
      const [base, length] = privates[which]
      const inside = ((base & (0xffffffff << (32 - length))) | (address >>> length)) >>> 0
      assert.equal(within(v4(inside)), which)
      assert.equal(within(v4(address)), within(address))
      assert.equal(v4(address) >>> 28 === 0xe, address >>> 28 === 0xe, 'multicast')
    }),
    { numRuns: 2000 },
  )
  assert.equal(v4(parseV4('192.168.50.255')!) & 255, 255, 'a broadcast address stays one')
  assert.notEqual(v4(parseV4('192.168.50.11')!), parseV4('192.168.50.11'))
})

test('IPv6 networks keep their prefixes, special ones stay', () => {
  const pair = fc.tuple(hexOf(8), hexOf(8), fc.nat({ max: 64 })).map(([a, b, shared]) => {
    const joined = bits(a, shared) + bits(b, 64).slice(shared)
    return [a, BigInt(`0b${joined}`).toString(16).padStart(16, '0')]
  })
  fc.assert(
    fc.property(pair, hexOf(8), ([a, b], identifier) => {
      const after = common(bits(v6(a + identifier), 64), bits(v6(b + identifier), 64))
      const isGroup = (hex: string) => hex.startsWith('ff')
      if (!isGroup(a) && !isGroup(b)) assert.equal(after, common(bits(a, 64), bits(b, 64)))
    }),
    { numRuns: 1000 },
  )
  const book = new AddressBook(64)
  const hex = (text: string) =>
    book
      .groups(book.parse(text) - 4294967296)
      .map((each) => each.toString(16).padStart(4, '0'))
      .join('')
  for (const text of ['::', '::1', 'ff02::fb', 'ff02::1', 'ff05::1:3']) {
    assert.equal(v6(hex(text)), hex(text), text)
  }
  assert.match(v6(hex('fe80::1:2')), /^fe80000000000000/)
  assert.match(v6(hex('fd00:1::5')), /^fd/)
  assert.match(v6(hex('2001:db8::5')), /^[23]/)
  assert.equal(
    v6(hex('2001:db8::')).slice(16, 26),
    '0000000000',
    'addresses given by hand stay small',
  )
  assert.equal(v6(hex('::ffff:192.168.50.11')).slice(24), hex8(v4(parseV4('192.168.50.11')!)))
})

test('MAC addresses keep group and local bit, stay apart, and are those in IPv6 addresses', () => {
  const seen = new Map<string, string>()
  fc.assert(
    fc.property(hexOf(6), (address) => {
      const mapped = mac(address)
      const top = (hex: string) => Number.parseInt(hex.slice(0, 2), 16) & 3
      assert.equal(top(mapped), top(address))
      assert.equal(seen.get(mapped) ?? address, address, 'two became one')
      seen.set(mapped, address)
      if (top(address) & 1) return
      const local = (hex: string) =>
        (Number.parseInt(hex.slice(0, 2), 16) ^ 2).toString(16).padStart(2, '0')
      const interfaceOf = (hex: string) => `${local(hex)}${hex.slice(2, 6)}fffe${hex.slice(6)}`
      assert.equal(v6(`fe80000000000000${interfaceOf(address)}`).slice(16), interfaceOf(mapped))
      const group = `ff0200000000000000000001ff${address.slice(6)}`
      assert.equal(v6(group).slice(26), mapped.slice(6), 'solicited-node group')
      assert.equal(mac(`3333ff${address.slice(6)}`), `3333ff${mapped.slice(6)}`)
    }),
    { numRuns: 1000 },
  )
  for (const kept of [
    'ffffffffffff',
    '01005e0000fb',
    '3333000000fb',
    '000000000000',
    '00005e000101',
  ]) {
    assert.equal(mac(kept), kept)
  }
  const makers = new AddressMap(KEY, true)
  const bytes = Buffer.from('c056e3100001', 'hex')
  makers.mac(bytes, 0)
  assert.equal(bytes.toString('hex', 0, 3), 'c056e3')
  assert.notEqual(bytes.toString('hex', 3), '100001')
})

test('names become others of their length, the same ones everywhere', () => {
  const names = new NameMap(KEY)
  const host = (text: string) => {
    const bytes = Buffer.from(text, 'latin1')
    names.host(bytes, 0, bytes.length)
    return bytes.toString('latin1')
  }
  const camera = host('camera-1.maker.example')
  assert.match(camera, /^[a-z][a-z2-7]{7}\.[a-z][a-z2-7]{4}\.[a-z][a-z2-7]{6}$/)
  assert.equal(host('CAMERA-1.maker.example'), camera)
  assert.equal(host('other.maker.example').slice(6), camera.slice(9))
  assert.equal(host('_http._tcp.local'), '_http._tcp.local')
  assert.equal(host('192.168.50.11:8080'), '000.000.00.00:8080')
  assert.equal(host('[fe80::1]:80'), '000000000000')
  const other = Buffer.from('camera-1.maker.example')
  new NameMap(Buffer.from('another key')).host(other, 0, other.length)
  assert.notEqual(other.toString('latin1'), camera)
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii', maxLength: 200 }), (text) => {
      assert.equal(host(text).length, text.length)
    }),
  )
})

/** The frames of a classic little-endian pcap of microseconds. */
function framesOf(bytes: Buffer) {
  const frames: { time: number; wire: number; frame: Buffer }[] = []
  for (let at = 24; at + 16 <= bytes.length;) {
    const length = bytes.readUInt32LE(at + 8)
    const time = bytes.readUInt32LE(at) * 1_000_000 + bytes.readUInt32LE(at + 4)
    frames.push({
      time,
      wire: bytes.readUInt32LE(at + 12),
      frame: bytes.subarray(at + 16, at + 16 + length),
    })
    at += 16 + length
  }
  return frames
}

function anonymised(
  frames: readonly { time: number; wire: number; frame: Buffer }[],
  key = KEY,
): Buffer {
  const parts: Buffer[] = []
  const writer = new Anonymiser({ key, sink: (bytes) => void parts.push(Buffer.from(bytes)) })
  const packet = new Packet()
  for (const { time, wire, frame } of frames) {
    packet.bytes = frame
    packet.start = 0
    packet.end = frame.length
    packet.wireLength = wire
    packet.time = time
    writer.frame(packet)
  }
  writer.finish()
  assert.equal(writer.written, frames.length)
  return Buffer.concat(parts)
}

interface Truth {
  readonly outside: readonly { name: string; ipv4: string | null; ipv6: string | null }[]
  readonly devices: readonly {
    macs: string[]
    ipv4: string[]
    ipv6: string[]
    hostname: string | null
  }[]
}

const sample = framesOf(readFileSync(new URL('input.pcap', SAMPLE)))
const truth = JSON.parse(readFileSync(new URL('truth.json', SAMPLE), 'utf8')) as Truth

/** Everything that names a host of the sample capture, as bytes that must not be found. */
function secrets(): Map<string, Buffer> {
  const book = new AddressBook(1024)
  const found = new Map<string, Buffer>()
  const all = [
    ...truth.devices,
    ...truth.outside.map((each) => ({
      macs: [],
      hostname: each.name,
      ipv4: each.ipv4 ? [each.ipv4] : [],
      ipv6: each.ipv6 ? [each.ipv6] : [],
    })),
  ]
  for (const { macs, ipv4, ipv6, hostname } of all) {
    for (const text of macs) {
      const hex = text.replaceAll(':', '')
      assert.ok(parseMac(text) > 0)
      found.set(`MAC ${text}`, Buffer.from(hex, 'hex'))
      found.set(`text of ${text}`, Buffer.from(hex, 'latin1'))
      found.set(`text ${text}`, Buffer.from(text, 'latin1'))
      found.set(`interface of ${text}`, Buffer.from(`${hex.slice(2, 6)}fffe${hex.slice(6)}`, 'hex'))
    }
    for (const text of ipv4) {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(parseV4(text)!, 0)
      found.set(`address ${text}`, bytes)
      found.set(`text ${text}`, Buffer.from(text, 'latin1'))
    }
    for (const text of ipv6) {
      const groups = book.groups(book.parse(text) - 4294967296)
      found.set(
        `address ${text}`,
        Buffer.from(groups.map((each) => each.toString(16).padStart(4, '0')).join(''), 'hex'),
      )
    }
    if (hostname) {
      for (const label of hostname.split('.').filter((each) => each.length > 4)) {
        found.set(`name ${label}`, Buffer.from(label, 'latin1'))
      }
    }
  }
  return found
}

const lower = (bytes: Buffer) => Buffer.from(bytes.toString('latin1').toLowerCase(), 'latin1')

test('nothing of the sample’s addresses, MACs and names is left', () => {
  const output = anonymised(sample)
  const original = Buffer.concat(sample.map(({ frame }) => frame))
  const known = secrets()
  assert.ok(known.size > 80)
  let there = 0
  const folded = lower(output)
  for (const [name, bytes] of known) {
    if (original.includes(bytes)) there++
    assert.equal(output.indexOf(bytes), -1, `${name} is still there`)
    if (/^(name|text)/.test(name))
      assert.equal(folded.indexOf(lower(bytes)), -1, `${name} in other case`)
  }
  assert.ok(there > 60, `${there} of them were in the capture at all`)
})

test('frames keep their number, times and lengths on the wire; bytes only become fewer', () => {
  const frames = framesOf(anonymised(sample))
  assert.equal(frames.length, sample.length)
  frames.forEach(({ time, wire, frame }, index) => {
    assert.equal(time, sample[index].time)
    assert.equal(wire, sample[index].wire)
    assert.ok(frame.length <= sample[index].frame.length && frame.length >= 14)
  })
})

test('the same key gives the same capture, another key another', () => {
  const some = sample.slice(0, 500)
  assert.deepEqual(anonymised(some), anonymised(some))
  assert.notDeepEqual(anonymised(some), anonymised(some, Buffer.from('another key')))
})

test('cut and damaged frames never throw, and never keep the MAC addresses they had', () => {
  const distinct = [
    ...new Map(
      sample.map((each) => [`${each.frame.length} ${each.frame.toString('hex', 12, 24)}`, each]),
    ).values(),
  ]
  assert.ok(distinct.length > 100)
  const damage = fc.record({
    which: fc.nat({ max: distinct.length - 1 }),
    length: fc.nat({ max: 400 }),
    flips: fc.array(fc.tuple(fc.nat({ max: 399 }), fc.nat({ max: 255 })), { maxLength: 6 }),
  })
  fc.assert(
    fc.property(damage, ({ which, length, flips }) => {
      const { time, wire, frame } = distinct[which]
      const broken = Buffer.from(frame.subarray(0, length))
      for (const [at, value] of flips) if (at >= 12 && at < broken.length) broken[at] = value
      const [{ frame: out }] = framesOf(anonymised([{ time, wire, frame: broken }]))
      assert.ok(out.length <= broken.length)
      if (broken.length < 14) return
      for (const mac of [broken.subarray(0, 6), broken.subarray(6, 12)]) {
        if ((mac[0] & 1) === 0) assert.equal(out.indexOf(mac), -1)
      }
    }),
    { numRuns: 1500 },
  )
})
