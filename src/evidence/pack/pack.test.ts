// Evidence packs: made from a log, read by another unzip, checked offline; whatever is changed in
// one is found and named.
import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { OperatingError } from '../../core/errors.ts'
import { readCheckpoint, signCheckpoint, verifierKey } from '../checkpoint.ts'
import { change, freshFolder, rehearse } from '../rehearse.ts'
import type { PackProof } from './pack.ts'
import { verifyPack } from './verify-pack.ts'
import { unzip, zipOf } from './zip.ts'

/**
 * A pack of device 7 out of a log that says more: three entries of its own, three by its finding.
 */
async function packed(t: TestContext) {
  const folder = freshFolder(t)
  const { log, signer, close } = await rehearse(folder)
  for (let device = 1; device <= 9; device++) await log.append(change(device, { name: '<b>' }))
  const finding = { actor: 'sensor:lan', subject: 'finding:f1', at: 5 }
  const facts = { device: 'device:7', severity: 'high' }
  await log.append({ ...finding, kind: 'finding.opened', facts })
  await log.append({ ...finding, kind: 'finding.suppressed', actor: 'user:1' })
  await log.append({ ...finding, kind: 'finding.opened', subject: 'finding:f2' })
  await log.append(change(77))
  await log.append(change(7))
  const documents = [{ name: 'device.json', text: '{"name":"pump"}' }]
  const request = { subject: 'device:7', actor: 'user:1', title: 'Pump <7>', documents }
  const bytes = await log.pack(request)
  const { key } = await signer.state()
  return { folder, log, bytes, key, close }
}

const SEQUENCES = [8, 11, 12, 15]

/** The pack with one file replaced, or taken out. */
function changed(bytes: Buffer, name: string, edit: (text: string) => string | undefined): Buffer {
  const files = [...unzip(bytes)!].flatMap(([each, content]) => {
    const text = each === name ? edit(content.toString()) : content.toString()
    return text === undefined ? [] : [{ name: each, bytes: Buffer.from(text) }]
  })
  return zipOf(files)
}

test('a pack holds what the log says of its subject, and proves it', async (t) => {
  const { log, bytes, key, close } = await packed(t)
  const result = verifyPack(bytes, key)!
  assert.equal(result.broken, undefined)
  assert.deepEqual([result.subject, result.entries, result.isKeyGiven], ['device:7', 4, true])
  const files = unzip(bytes)!
  assert.deepEqual(
    [...files.keys()],
    ['index.html', 'evidence.json', 'documents/device.json', 'manifest.json', 'proof.json'],
  )
  const { entries } = JSON.parse(files.get('evidence.json')!.toString()) as {
    entries: { entry: { sequence: number } }[]
  }
  assert.deepEqual(
    entries.map(({ entry }) => entry.sequence),
    SEQUENCES,
  )
  const page = files.get('index.html')!.toString()
  assert.match(page, /<h1>Evidence: Pump &lt;7&gt;<\/h1>/)
  assert.equal(page.includes('<b>'), false)
  assert.match(page, /documents\/device\.json/)
  const [{ entry }] = log.list({ kind: 'pack.made' })
  assert.deepEqual([entry.actor, entry.subject, entry.facts.entries], ['user:1', 'device:7', 4])
  await close()
})

test('another unzip reads it', async (t) => {
  if (spawnSync('python3', ['-c', '0']).status !== 0) return t.skip('python3 is not installed')
  const { folder, bytes, close } = await packed(t)
  const path = join(folder, 'pack.zip')
  writeFileSync(path, bytes)
  const { status, stdout } = spawnSync('python3', ['-m', 'zipfile', '-t', path], {
    encoding: 'utf8',
  })
  assert.equal(status, 0)
  assert.match(stdout, /Done testing/)
  await close()
})

test('each change to a pack is found and named', async (t) => {
  const { bytes, key, close } = await packed(t)
  const proofOf = (edit: (proof: PackProof) => object) => (text: string) =>
    JSON.stringify(edit(JSON.parse(text) as PackProof))
  const cases: [string, Buffer, string][] = [
    ['page', changed(bytes, 'index.html', (text) => text.replace('sensor:lan', 'nobody')), 'file'],
    ['entry', changed(bytes, 'evidence.json', (text) => text.replace('high', 'info')), 'file'],
    ['document', changed(bytes, 'documents/device.json', () => '{}'), 'file'],
    ['taken out', changed(bytes, 'documents/device.json', () => undefined), 'file'],
    ['put in', zipOf([...filesOf(bytes), { name: 'x', bytes: Buffer.from('x') }]), 'file'],
    ['manifest', changed(bytes, 'manifest.json', (text) => text.replace('e":', 'e" :')), 'file'],
    [
      'made',
      changed(bytes, 'proof.json', (text) => text.replace('"user:1"', '"user:2"')),
      'changed',
    ],
    [
      'path',
      changed(
        bytes,
        'proof.json',
        proofOf((proof) => ({ ...proof, entries: [] })),
      ),
      'proof',
    ],
    [
      'another path',
      changed(
        bytes,
        'proof.json',
        proofOf((proof) => ({ ...proof, made: { ...proof.made, path: proof.entries[0].path } })),
      ),
      'proof',
    ],
    [
      'note',
      changed(
        bytes,
        'proof.json',
        proofOf((proof) => ({ ...proof, note: `${proof.note} ` })),
      ),
      'checkpoint-signature',
    ],
  ]
  for (const [name, pack, code] of cases) {
    assert.equal(verifyPack(pack, key)?.broken?.code, code, name)
  }
  await close()
})

const filesOf = (bytes: Buffer) =>
  [...unzip(bytes)!].map(([name, content]) => ({ name, bytes: content }))

test('a pack signed anew with another key is another’s', async (t) => {
  const { bytes, key, close } = await packed(t)
  const { privateKey } = generateKeyPairSync('ed25519')
  const forged = changed(bytes, 'proof.json', (text) => {
    const proof = JSON.parse(text) as PackProof
    const checkpoint = readCheckpoint(proof.note)!
    const other = verifierKey(checkpoint.origin, createPublicKey(privateKey))
    return JSON.stringify({ ...proof, key: other, note: signCheckpoint(checkpoint, privateKey) })
  })
  assert.equal(verifyPack(forged, key)?.broken?.code, 'key')
  // Who did not note the key cannot know.
  assert.equal(verifyPack(forged)?.broken, undefined)
  await close()
})

test('any byte changed or cut: found, or it changed nothing that is said', async (t) => {
  const { bytes, key, close } = await packed(t)
  const files = filesOf(bytes)
  const check = (spoilt: Buffer) => {
    const result = verifyPack(spoilt, key)
    if (result === undefined || result.broken) return
    assert.deepEqual(filesOf(spoilt), files)
  }
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
      const spoilt = Buffer.from(bytes)
      spoilt[at] = byte
      check(spoilt)
      assert.equal(verifyPack(bytes.subarray(0, at), key), undefined)
    }),
    { numRuns: 400, verbose: 1 },
  )
  await close()
})

test('what cannot be packed is refused', async (t) => {
  const { log, close } = await packed(t)
  const code = (wanted: string) => (cause: unknown) =>
    cause instanceof OperatingError && cause.code === wanted
  const request = { subject: 'device:7', actor: 'user:1' }
  await assert.rejects(log.pack({ ...request, subject: 'device:1234' }), code('evidence-nothing'))
  for (const name of ['../x', 'a/b', '', '.hidden']) {
    const documents = [{ name, text: '' }]
    await assert.rejects(log.pack({ ...request, documents }), code('evidence-document'), name)
  }
  await close()
})
