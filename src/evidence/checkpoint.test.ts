// Checkpoints: read back, verified by us and by OpenSSL, refused when anything in them is another.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isSignedBy, readCheckpoint, readVerifierKey } from './checkpoint.ts'
import { signCheckpoint, verifierKey } from './checkpoint.ts'
import { freshFolder } from './rehearse.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const origin = 'thingward/evidence/test'
const checkpoint = { origin, size: 42, root: Buffer.alloc(32, 7), time: 1_700_000_000_123_456 }
const note = signCheckpoint(checkpoint, privateKey)
const key = verifierKey(origin, createPublicKey(privateKey))

test('a note reads back as it was written, and is signed', () => {
  assert.deepEqual(readCheckpoint(note), checkpoint)
  assert.equal(isSignedBy(note, key), true)
  assert.equal(note.split('\n')[3], 'time 2023-11-14T22:13:20.123456Z')
})

test('OpenSSL agrees with the signature', (t) => {
  if (spawnSync('openssl', ['version']).error) return t.skip('openssl is not installed')
  const folder = freshFolder(t)
  const at = (name: string) => join(folder, name)
  writeFileSync(at('body'), note.slice(0, note.indexOf('\n\n') + 1))
  writeFileSync(at('signature'), Buffer.from(note.trim().split(' ').at(-1)!, 'base64').subarray(4))
  const pem = readVerifierKey(key)!.key.export({ format: 'pem', type: 'spki' })
  writeFileSync(at('key'), pem)
  const words = ['-pubin', '-inkey', at('key'), '-rawin', '-in', at('body')]
  const run = () =>
    spawnSync('openssl', ['pkeyutl', '-verify', ...words, '-sigfile', at('signature')]).status
  assert.equal(run(), 0)
  writeFileSync(at('body'), note.slice(0, note.indexOf('\n\n') + 1).replace('42', '43'))
  assert.notEqual(run(), 0)
})

test('a note with anything changed is not signed', () => {
  for (let at = 0; at < note.length; at++) {
    const changed = note.slice(0, at) + (note[at] === 'A' ? 'B' : 'A') + note.slice(at + 1)
    assert.equal(isSignedBy(changed, key), false, `at ${at}: ${changed}`)
  }
})

test('another key, or the same key under another name, has not signed it', () => {
  const other = generateKeyPairSync('ed25519').publicKey
  assert.equal(isSignedBy(note, verifierKey(origin, other)), false)
  const same = verifierKey('thingward/evidence/other', createPublicKey(privateKey))
  assert.equal(isSignedBy(note, same), false)
})

test('what is no verifier key is none', () => {
  const [name, id, base64] = key.split('+')
  for (const bad of [
    '',
    name,
    `${name}+${id}`,
    `${name}+00000000+${base64}`,
    `${name}+${id}+AAAA`,
  ]) {
    assert.equal(readVerifierKey(bad), undefined, bad)
  }
})
