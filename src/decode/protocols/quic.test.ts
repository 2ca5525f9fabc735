// QUIC Initial packets, sealed here as RFC 9001 5 says, around a ClientHello of our own making.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { createCipheriv } from 'node:crypto'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { initialKeys, variantOf } from '../quic-initial.ts'
import { protocol } from './quic.ts'

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex')

/** Asks for hub.example with h3; one cipher suite, X25519, ECDSA with SHA-256. */
const hello = hex(`
  01 000065 0303 ${'4d'.repeat(32)} 00 0002 1301 0100 003a
  0000 0010 000e 00 000b 6875622e6578616d706c65
  0010 0005 0003 02 6833  000d 0004 0002 0403  002b 0003 02 0304
  000a 0004 0002 001d     0039 0002 0000`)

const V1 = 1
const V2 = 0x6b3343cf
const DRAFT_29 = 0xff00001d

interface Shape {
  version: number
  frames: Buffer
  connectionId?: string
  /** The id the keys follow from, where it is another. */
  keyId?: string
  number?: number
  token?: string
}

/** A variable-length integer of two octets. */
const two = (value: number) => Buffer.from([0x40 | (value >> 8), value & 255])
const crypto = (offset: number, bytes: Buffer) =>
  Buffer.concat([Buffer.from([6]), two(offset), two(bytes.length), bytes])

function seal({ version, frames, number = 0, token = '', ...ids }: Shape): Buffer {
  const id = hex(ids.connectionId ?? '8394c8f03e515708')
  const keys = initialKeys(variantOf(version)!, hex(ids.keyId ?? id.toString('hex')))
  const head = Buffer.concat([
    Buffer.from([version === V2 ? 0xd3 : 0xc3, 0, 0, 0, 0, id.length]),
    id,
    Buffer.from([0]),
    two(token.length / 2),
    hex(token),
    two(4 + frames.length + 16),
    Buffer.from([0, 0, 0, number]),
  ])
  head.writeUInt32BE(version, 1)
  const nonce = Buffer.from(keys.nonce)
  nonce[11] ^= number
  const cipher = createCipheriv('aes-128-gcm', keys.key, nonce)
  cipher.setAAD(head)
  const text = Buffer.concat([cipher.update(frames), cipher.final(), cipher.getAuthTag()])
  const mask = createCipheriv('aes-128-ecb', keys.headerProtection, null).update(
    text.subarray(0, 16),
  )
  head[0] ^= mask[0] & 15
  for (let index = 0; index < 4; index++) head[head.length - 4 + index] ^= mask[1 + index]
  return Buffer.concat([head, text])
}

const padded = (frames: Buffer) => Buffer.concat([frames, Buffer.alloc(1180 - frames.length)])
const play = (...datagrams: (Buffer | Line)[]) =>
  rehearse(
    protocol,
    datagrams.map((line) => (Buffer.isBuffer(line) ? { bytes: line } : line)),
  )

// JA4 of the hello above: its parts are the digests of '1301' and of
// '000a,000d,002b,0039_0403', taken with sha256sum.
const JA4 = 'q13d0106h3_0f2cb44170f4_edd9286bdfcb'
const fields = {
  kind: 'initial',
  version: '1',
  destinationConnectionIdLength: 8,
  serverName: 'hub.example',
  alpn: ['h3'],
  ja4: JA4,
  cipherCount: 1,
}

test('keys are those of RFC 9001 A.1 and RFC 9369 A.1', () => {
  const id = hex('8394c8f03e515708')
  const texts = (version: number) =>
    Object.values(initialKeys(variantOf(version)!, id)).map((key: Buffer) => key.toString('hex'))
  assert.deepEqual(texts(V1), [
    '1f369613dd76d5467730efcbe3b1a22d',
    'fa044b2f42a3fd3b46fb255c',
    '9f50449e04a0e810283a1e9933adedd2',
  ])
  assert.deepEqual(texts(V2), [
    '8b1a0bc121284290a29e0971b5cd045d',
    '91f73e2351d8fa91660e909f',
    '45b95e15235d6f45a6b19cbcb0294ba9',
  ])
})

test('version 1, version 2 and draft 29', () => {
  const frames = padded(crypto(0, hello))
  for (const [version, name] of [
    [V1, '1'],
    [V2, '2'],
    [DRAFT_29, 'draft-29'],
  ] as const) {
    const { certainty, said, names, progress } = play(seal({ version, frames, number: 1 }))
    assert.equal(certainty, 2)
    assert.deepEqual(said, [{ ...fields, version: name }])
    assert.deepEqual(names, ['hub.example'])
    assert.equal(progress, 2)
  }
})

test('frames out of order, twice, between others, over two packets', () => {
  const first = Buffer.concat([
    crypto(60, hello.subarray(60, 80)),
    hex('00 00 01 02 4001 00 00 00'),
    crypto(0, hello.subarray(0, 30)),
    crypto(20, hello.subarray(20, 50)),
  ])
  const second = Buffer.concat([
    crypto(80, hello.subarray(80)),
    hex('03 01 00 01 00 00 00 01 00 00'),
    crypto(50, hello.subarray(50, 65)),
  ])
  const one = seal({ version: V1, frames: padded(first) })
  const two = seal({ version: V1, frames: padded(second), number: 1 })
  assert.deepEqual(play(one, { from: 'responder', bytes: one }, two).said, [fields])
  assert.deepEqual(play(Buffer.concat([seal({ version: V1, frames: first }), two])).said, [fields])
})

test('after a Retry the keys follow from the new id', () => {
  const frames = padded(crypto(0, hello))
  const half = padded(crypto(0, hello.subarray(0, 40)))
  const { said } = play(
    seal({ version: V1, frames: half }),
    { from: 'responder', hex: 'f0 00000001 00 08 f067a5502a4262b5 746f6b656e' + '00'.repeat(16) },
    seal({ version: V1, frames, connectionId: 'f067a5502a4262b5', token: '746f6b656e' }),
  )
  assert.deepEqual(said, [fields])
})

test('what cannot be opened is said as such, once', () => {
  const sealed = seal({ version: V1, frames: padded(crypto(0, hello)), keyId: '00' })
  const bare = { kind: 'initial', version: '1', destinationConnectionIdLength: 8 }
  assert.deepEqual(play(sealed, sealed, sealed, sealed).said, [bare])
  const cut = play({ bytes: sealed.subarray(0, 200), wireLength: 1200 })
  assert.deepEqual([cut.certainty, cut.said], [2, [bare]])
})

test('other versions, short headers and small datagrams are not taken on any port', () => {
  const certainty = (text: string) => rehearse(protocol, [{ hex: text }]).certainty
  assert.equal(certainty('c3 00000001 08 8394c8f03e515708 00 00 44d0' + '00'.repeat(40)), 1)
  assert.equal(certainty('c3 00000001 15' + '00'.repeat(1300)), 0)
  assert.equal(certainty('c3 5a303530 08' + '00'.repeat(1300)), 0)
  assert.equal(certainty('c3 00'), 0)
})

/** Google's CHLO: tags with the ends of their values, then the values. */
const tags = Buffer.concat([
  Buffer.from('CHLO'),
  hex('0300 0000'),
  ...['PAD\0', 'SNI\0', 'UAID'].map((tag, index) =>
    Buffer.concat([Buffer.from(tag), hex(['04000000', '0f000000', '15000000'][index])]),
  ),
  Buffer.from('----hub.exampleCast/1'),
])
const google = (head: string): Line => ({ bytes: padded(Buffer.concat([hex(head), tags])) })

test("Google's QUIC before the standard, in the clear and sealed", () => {
  const said = (version: string) => ({
    kind: 'initial',
    version,
    destinationConnectionIdLength: 8,
    serverName: 'hub.example',
    userAgent: 'Cast/1',
  })
  const old = google(`0d e71ad5d7756c4d4d 51303339 01 ${'77'.repeat(12)} a0010400`)
  const late = google(`c3 51303436 50 b4a4f9f5f42edd39 00000001 ${'77'.repeat(12)} a0010400`)
  const frames = padded(Buffer.concat([hex('08 4032'), tags]))
  const sealed = { bytes: seal({ version: 0x51303530, frames }) }
  for (const [line, version] of [
    [old, 'Q039'],
    [late, 'Q046'],
    [sealed, 'Q050'],
  ] as const) {
    const { certainty, said: heard, names } = play(line)
    assert.deepEqual([certainty, heard, names], [2, [said(version)], ['hub.example']])
  }
  assert.equal(play(google(`0d e71ad5d7756c4d4d 51313339 01`)).certainty, 0)
  assert(batter(protocol, [{ bytes: (old.bytes as Buffer).subarray(0, 120) }]) > 500)
})

test('cut and flipped packets never throw, nor do odd frames', () => {
  const frames = Buffer.concat([hex('00 01 02 02 00 01 00 00 00'), crypto(0, hello)])
  assert(batter(protocol, [{ bytes: seal({ version: V1, frames }) }]) > 1000)
  for (let bit = 0; bit < frames.length * 8; bit++) {
    const flipped = Buffer.from(frames)
    flipped[bit >> 3] ^= 128 >> (bit & 7)
    assert(play(seal({ version: V2, frames: flipped })).said.length <= 1)
  }
})
