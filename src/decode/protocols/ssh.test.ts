// SSH banners and the key exchange up to the host key, with keys that are only patterns.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './ssh.ts'

const text = (line: string, from?: 'responder'): Line => ({ from, bytes: Buffer.from(line) })
const string = (bytes: Buffer | string): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, Buffer.from(bytes)])
}
/** A binary packet with four octets of padding. */
const packet = (type: number, ...parts: Buffer[]): Buffer =>
  string(Buffer.concat([Buffer.from([4, type]), ...parts, Buffer.alloc(4)]))

const key = Buffer.concat([string('ssh-ed25519'), string(Buffer.alloc(32, 7))])
const exchange: Line[] = [
  text('SSH-2.0-dropbear_2019.78\r\n'),
  text('SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13\r\n', 'responder'),
  { bytes: packet(20, Buffer.alloc(40, 1)) },
  {
    from: 'responder',
    bytes: Buffer.concat([
      packet(20, Buffer.alloc(60, 2)),
      packet(31, string(Buffer.alloc(20, 3)), string(Buffer.from([2]))),
      packet(33, string(key), string(Buffer.alloc(32, 5)), string(Buffer.alloc(20, 6))),
      packet(21),
    ]),
  },
]

test('both banners and the host key', () => {
  const { certainty, said, progress } = rehearse(protocol, exchange)
  assert.equal(certainty, 2)
  assert.deepEqual(said, [
    { kind: 'banner', software: 'dropbear_2019.78', protocolVersion: '2.0' },
    {
      kind: 'banner',
      software: 'OpenSSH_9.6p1',
      protocolVersion: '2.0',
      comment: 'Ubuntu-3ubuntu13',
    },
    {
      kind: 'host-key',
      algorithm: 'ssh-ed25519',
      sha256: createHash('sha256').update(key).digest('hex'),
    },
  ])
  assert.equal(progress, 2)
})

test('version 1 ends with its banners', () => {
  const { said, progress } = rehearse(protocol, [
    text('SSH-1.5-Cisco-1.25\n', 'responder'),
    text('SSH-1.5-OldClient\n'),
  ])
  assert.deepEqual(said, [
    { kind: 'banner', software: 'Cisco-1.25', protocolVersion: '1.5' },
    { kind: 'banner', software: 'OldClient', protocolVersion: '1.5' },
  ])
  assert.equal(progress, 2)
})

test('a server may greet before its banner', () => {
  const { said } = rehearse(protocol, [
    exchange[0],
    text('Welcome to the pump\r\n', 'responder'),
    exchange[1],
  ])
  assert.equal(said.length, 2)
})

test('what is no banner is not SSH', () => {
  assert.equal(rehearse(protocol, [text('SSH is down')]).certainty, 0)
  assert.equal(rehearse(protocol, [text('SSDP-2.0')]).certainty, 0)
  const endless = rehearse(protocol, [text('SSH-2.0-' + 'x'.repeat(400))])
  assert.equal(endless.progress, 3)
})

test('torn, cut and flipped', () => {
  tear(protocol, exchange)
  assert(batter(protocol, exchange) > 5000)
})
