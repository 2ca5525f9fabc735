// Sound, pictures and their control, told from other bytes.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './rtp.ts'

const elsewhere = { sourcePort: 50000, destinationPort: 40000 }
const text = (value: string) => Buffer.from(value).toString('hex')
const sound = { ...elsewhere, hex: '8000 0001 00000000 0a0b0c0d' + 'ff'.repeat(160) }
const picture = { ...elsewhere, hex: '8060 0001 00000000 0a0b0c0d' + '7c85' + '11'.repeat(900) }
const control = {
  ...elsewhere,
  hex:
    '80c8 0006 0a0b0c0d' +
    '00'.repeat(20) +
    '81ca 0006 0a0b0c0d' +
    '010a' +
    text('cam@yard.x') +
    '0604' +
    text('rec1') +
    '0000',
}

test('sound and pictures by their form', () => {
  for (const [line, codec] of [
    [sound, 'PCMU'],
    [picture, 'H264'],
  ] as const) {
    const { said, certainty } = rehearse(protocol, [line])
    assert.equal(certainty, 2)
    assert.partialDeepStrictEqual(said, [{ kind: 'stream', codec, source: '0a0b0c0d' }])
  }
})

test('control names its sender', () => {
  const { said, certainty } = rehearse(protocol, [control])
  assert.equal(certainty, 2)
  assert.deepEqual(said, [{ kind: 'control', name: 'cam@yard.x', tool: 'rec1' }])
})

test('what only begins like it is not taken', () => {
  const certainty = (hex: string) => rehearse(protocol, [{ ...elsewhere, hex }]).certainty
  assert.equal(certainty('8000 0001 00000000 0a0b0c0d' + 'ff'.repeat(161)), 0)
  assert.equal(certainty('8060 0001 00000000 0a0b0c0d' + 'ff'.repeat(100)), 0)
  assert.equal(certainty('80c8 0006 0a0b0c0d' + '00'.repeat(21)), 0)
  assert.equal(certainty('8060'), 0)
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, [{ ...picture, hex: picture.hex.slice(0, 80) }, control]) > 0)
})
