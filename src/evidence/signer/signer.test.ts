// The signer: signs only what grows from where it stands, keeps its key to itself, and comes back
// after a crash where it was. Most of it against the real process on its socket.
import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { OperatingError } from '../../core/errors.ts'
import { isSignedBy, readCheckpoint } from '../checkpoint.ts'
import { Frontier } from '../merkle.ts'
import { freshFolder } from '../rehearse.ts'
import { CheckpointSigner } from './signer.ts'
import { SocketSigner, socketPath, startSigner } from './socket-signer.ts'

const leaf = (index: number) => Buffer.alloc(32, index).toString('hex')
const code = (wanted: string) => (cause: unknown) =>
  cause instanceof OperatingError && cause.code === wanted

async function started(t: TestContext) {
  const folder = join(freshFolder(t), 'signer')
  const running = await startSigner(folder)
  t.after(() => running.stop())
  return { folder, ...running }
}

test('signs growing trees, and nothing else', async (t) => {
  const { signer } = await started(t)
  const { key, size, note } = await signer.state()
  assert.deepEqual([size, note], [0, undefined])
  const first = await signer.sign({ from: 0, leaves: [leaf(1), leaf(2)] })
  const second = await signer.sign({ from: 2, leaves: [leaf(3)] })
  const again = await signer.sign({ from: 3, leaves: [] })
  for (const each of [first, second, again]) assert.ok(isSignedBy(each, key))
  const [one, two, three] = [first, second, again].map((each) => readCheckpoint(each)!)
  assert.deepEqual([one.size, two.size, three.size], [2, 3, 3])
  assert.ok(one.time < two.time && two.time < three.time)
  const tree = new Frontier()
  for (const index of [1, 2, 3]) tree.add(Buffer.alloc(32, index))
  assert.deepEqual(Buffer.from(two.root), tree.root())
  assert.deepEqual(two.root, three.root)
  for (const bad of [
    { from: 0, leaves: [leaf(1), leaf(9), leaf(3), leaf(4)] },
    { from: 2, leaves: [leaf(9)] },
    { from: 4, leaves: [leaf(9)] },
    { from: 3, leaves: ['no hash'] },
    { from: 3, leaves: Array.from({ length: 20_000 }, () => leaf(1)) },
  ]) {
    await assert.rejects(signer.sign(bad), code('signer-refused'))
  }
  assert.equal((await signer.state()).size, 3)
})

test('key, state and socket are the owner’s alone, and the key never leaves', async (t) => {
  const { folder, signer } = await started(t)
  const said = JSON.stringify(await signer.state()) + (await signer.sign({ from: 0, leaves: [] }))
  for (const name of ['signer.key', 'signer-state.json', 'signer.sock']) {
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name)
  }
  const pem = readFileSync(join(folder, 'signer.key'), 'utf8')
  const seed = Buffer.from(pem.split('\n')[1], 'base64').subarray(-32)
  for (const form of ['hex', 'base64'] as const)
    assert.equal(said.includes(seed.toString(form)), false)
})

test('after kill -9 it stands where it stood; a socket left behind is no obstacle', async (t) => {
  const { folder, process: child, signer } = await started(t)
  await signer.sign({ from: 0, leaves: [leaf(1)] })
  const { key, note } = await signer.state()
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('close', resolve))
  await assert.rejects(signer.state(), code('signer-unreachable'))
  assert.ok(existsSync(socketPath(folder)))
  const second = await startSigner(folder)
  t.after(() => second.stop())
  // The connection of old finds the new process.
  assert.deepEqual(await signer.state(), { ...(await second.signer.state()), key, note, size: 1 })
})

test('there is one signer a folder', async (t) => {
  const { folder, signer } = await started(t)
  await assert.rejects(startSigner(folder), code('signer-start'))
  assert.equal((await signer.state()).size, 0)
})

test('a second signer on the same files sees what the first one signed', (t) => {
  const directory = freshFolder(t)
  const clock = () => 1_700_000_000_000_000
  const one = new CheckpointSigner({ directory, clock })
  const two = new CheckpointSigner({ directory, clock })
  one.sign({ from: 0, leaves: [leaf(1)] })
  assert.throws(() => two.sign({ from: 0, leaves: [leaf(2)] }), code('signer-refused'))
})

test('a key that others may read, a key that is gone, a state that is damaged: no start', (t) => {
  const directory = freshFolder(t)
  const clock = () => 1_700_000_000_000_000
  const make = () => new CheckpointSigner({ directory, clock })
  make().sign({ from: 0, leaves: [leaf(1)] })
  chmodSync(join(directory, 'signer.key'), 0o640)
  assert.throws(make, code('signer-key'))
  chmodSync(join(directory, 'signer.key'), 0o600)
  const state = readFileSync(join(directory, 'signer-state.json'), 'utf8')
  for (const bad of ['', '{}', state.replace('"size":1', '"size":2')]) {
    writeFileSync(join(directory, 'signer-state.json'), bad)
    assert.throws(make, code('signer-state'), bad)
  }
  writeFileSync(join(directory, 'signer-state.json'), state)
  assert.equal(make().state().size, 1)
  rmSync(join(directory, 'signer.key'))
  assert.throws(make, code('signer-key'))
})

test('who talks nonsense is hung up on; the others are not', async (t) => {
  const { folder, signer } = await started(t)
  for (const words of [
    'hello\n',
    '{"id":1}\n',
    '[]\n',
    `{"id":1,"kind":"sign","from":0}\n`,
    'x'.repeat(3e6),
  ]) {
    const socket = connect(socketPath(folder))
    socket.on('error', () => undefined)
    socket.write(words)
    await new Promise((resolve) => socket.once('close', resolve))
  }
  assert.equal((await signer.state()).size, 0)
})

test('a folder whose socket no system could have is refused', () => {
  assert.throws(() => new SocketSigner(`/tmp/${'x'.repeat(120)}`), code('signer-socket'))
})
