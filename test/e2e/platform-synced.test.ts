// What is acknowledged is on the disk: the system calls of core, as strace sees them, show an
// fdatasync of the store's log before each answer to a write.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { needs } from '../needs.ts'
import { Client, dataFolder, removeFolder, SAMPLE, startUp, until } from './platform.ts'

const WRITES = 12

/**
 * Connections of the trace: when each first and last sent something, and when the log was synced.
 */
function connectionsOf(trace: string) {
  const syncs: number[] = []
  const connections = new Map<string, { first: number; last: number }>()
  trace.split('\n').forEach((line, at) => {
    if (/f(data)?sync\(\d+<[^>]*store\.sqlite-wal>/.test(line)) syncs.push(at)
    const socket = /(?:write|writev|sendmsg|sendto)\(\d+<TCP(?:v6)?:\[([^\]>]*->[^>]*)\]>/.exec(
      line,
    )
    if (!socket) return
    const known = connections.get(socket[1]) ?? { first: at, last: at }
    connections.set(socket[1], { first: known.first, last: at })
  })
  return { syncs, connections: [...connections.values()] }
}

test(
  'an fdatasync stands before each answer to a write',
  { timeout: 120_000, skip: needs('strace') },
  async (t) => {
    const data = dataFolder()
    const running = await startUp(data, ['--read', SAMPLE])
    t.after(async () => {
      await running.stop()
      removeFolder(data)
    })
    const client = new Client(running)
    await client.setUp()
    await until(async () => (await client.get('/api/v1/health')).body.sensors[0]?.state === 'done')
    const [{ id }] = (await client.get('/api/v1/devices')).body.items
    const { pid } = running.process
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
    const core = children.find((each) =>
      readFileSync(`/proc/${each}/cmdline`, 'utf8').includes('core-process'),
    )!
    const file = join(data, 'trace')
    const calls = 'trace=fsync,fdatasync,write,writev,sendmsg,sendto'
    const words = ['-f', '-yy', '-s', '0', '-e', calls, '-o', file, '-p', core]
    const tracer = spawn('strace', words, { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    tracer.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    await until(() => /attached/.test(said) || tracer.exitCode !== null)
    if (tracer.exitCode !== null) return t.skip(`needs the right to trace: ${said.trim()}`)
    for (let count = 0; count < WRITES; count++) {
      const request = { body: { owner: `owner ${count}` }, headers: { 'if-match': '*' } }
      const answer = await client.send('PATCH', `/api/v1/devices/${id}`, request)
      assert.equal(answer.status, 200, answer.text)
    }
    const ended = once(tracer, 'exit')
    tracer.kill('SIGINT')
    await ended
    const { syncs, connections } = connectionsOf(readFileSync(file, 'utf8'))
    assert.equal(connections.length, WRITES, 'one connection a write')
    for (const { first, last } of connections) {
      // It begins with the handshake and ends with the answer.
      assert.ok(
        syncs.some((at) => at > first && at < last),
        `no sync between lines ${first} and ${last}`,
      )
    }
  },
)
