// Announcements in clear and under the known key, and commands under one of the device's own.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { createCipheriv, createHash } from 'node:crypto'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './tuya.ts'

const key = createHash('md5').update('yGAdlopoPVldABfn').digest()
const announcement = JSON.stringify({
  ip: '192.168.1.40',
  gwId: 'bf0123456789abcdef',
  active: 2,
  encrypt: true,
  productKey: 'keyabcdefghij',
  version: '3.3',
})
const word = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
/** The checksum is not looked at. */
const frame = (command: number, payload: Buffer, code = true) => {
  const body = Buffer.concat([
    code ? word(0) : Buffer.alloc(0),
    payload,
    word(0x01020304),
    word(0xaa55),
  ])
  return Buffer.concat([word(0x55aa), word(1), word(command), word(body.length), body])
}
const hidden = () => {
  const cipher = createCipheriv('aes-128-ecb', key, null)
  return Buffer.concat([cipher.update(announcement), cipher.final()])
}
const sealed = () => {
  const iv = Buffer.from('abcdefghijkl')
  const data = Buffer.concat([word(0), Buffer.from(announcement)])
  const head = Buffer.concat([
    word(0x6699),
    Buffer.alloc(2),
    word(1),
    word(0x13),
    word(28 + data.length),
  ])
  const cipher = createCipheriv('aes-128-gcm', key, iv)
  cipher.setAAD(head.subarray(4))
  const body = Buffer.concat([cipher.update(data), cipher.final()])
  return Buffer.concat([head, iv, body, cipher.getAuthTag(), word(0x9966)])
}
const clear = { bytes: frame(0, Buffer.from(announcement)), sourcePort: 6666 }
const closed = { bytes: frame(0x13, hidden()), sourcePort: 6667 }
const newest = { bytes: sealed(), sourcePort: 6667 }

test('announcements in clear, under AES-ECB and under AES-GCM say the same', () => {
  for (const [line, command] of [
    [clear, 0],
    [closed, 0x13],
    [newest, 0x13],
  ] as const) {
    const { said, anomalies, certainty } = rehearse(protocol, [line])
    assert.equal(certainty, 2)
    assert.deepEqual(anomalies, [])
    assert.deepEqual(said, [
      {
        kind: 'announcement',
        command,
        deviceId: 'bf0123456789abcdef',
        productKey: 'keyabcdefghij',
        version: '3.3',
        address: '192.168.1.40',
        encrypted: true,
      },
    ])
  }
})

test('commands over TCP: the old in clear, the newer with their version', () => {
  const old = frame(7, Buffer.from('{"devId":"01234567","dps":{"1":true}}'), false)
  const newer = frame(7, Buffer.from('3.3' + '\0'.repeat(12) + 'sixteen bytes...'), false)
  const beat = frame(9, Buffer.alloc(0), false)
  const stream = Buffer.concat([old, beat, newer])
  const lines = [stream.subarray(0, 30), stream.subarray(30)].map((part) => ({
    bytes: Buffer.from(part),
    ipProtocol: 6,
  }))
  const { said, anomalies } = rehearse(protocol, lines)
  assert.deepEqual(anomalies, [])
  assert.partialDeepStrictEqual(said, [
    { kind: 'command', command: 7, deviceId: '01234567' },
    { kind: 'command', command: 7, version: '3.3' },
  ])
})

test('a length or an end that does not fit', () => {
  const bytes = Buffer.from(clear.bytes)
  bytes[bytes.length - 1] ^= 1
  assert.equal(rehearse(protocol, [{ bytes }]).certainty, 0)
  assert.equal(
    rehearse(protocol, [{ bytes: Buffer.from(clear.bytes.subarray(0, 40)) }]).certainty,
    0,
  )
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, [clear, closed, newest]) > 0)
})
