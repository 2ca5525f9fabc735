// `thingward watch … --syslog` as a person uses it: rsyslog is away, comes, goes and comes again;
// every finding of the report arrives, and a webhook gets the same.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createWebServer } from 'node:http'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import assert from 'node:assert/strict'
import type { WatchDocument } from '../../src/report/index.ts'
import { needs } from '../needs.ts'

const ROOT = join(import.meta.dirname, '../..')
const ATTACKS = join(ROOT, 'test/captures/attacks/input.pcap')

const folder = mkdtempSync(join(tmpdir(), 'thingward-targets-'))
after(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

async function watch(...words: string[]) {
  const line = ['watch', ATTACKS, '-q', '--json', '--outbox', at('outbox'), ...words]
  const env = { ...process.env, THINGWARD_WEBHOOK_SECRET: 'a secret of more than 24 bytes' }
  const child = spawn(join(ROOT, 'bin/thingward'), line, { env })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (out += piece))
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (err += piece))
  const [code] = (await once(child, 'close')) as [number]
  return { code, err, findings: code === 0 ? (JSON.parse(out) as WatchDocument).findings : [] }
}

async function startRsyslog(port: number): Promise<ChildProcess> {
  const config = `
global(workDirectory="${folder}")
module(load="imtcp")
input(type="imtcp" address="127.0.0.1" port="${port}")
template(name="data" type="string" string="%structured-data%\\n")
action(type="omfile" file="${at('out')}" template="data")
`
  writeFileSync(at('rsyslog.conf'), config)
  const child = spawn('rsyslogd', ['-n', '-f', at('rsyslog.conf'), '-i', at('pid')])
  for (let attempt = 0; attempt < 200; attempt++) {
    const socket = connect(port, '127.0.0.1')
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isThere) return child
    await pause(50)
  }
  assert.fail('rsyslogd does not listen')
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  if (child.exitCode === null) await once(child, 'exit')
}

const opened = () => {
  const lines = existsSync(at('out')) ? readFileSync(at('out'), 'utf8').split('\n') : []
  return lines
    .filter((line) => line.includes('finding.opened'))
    .map((line) => / id="(\w+)"/.exec(line)![1])
}

test(
  'a collector that is away loses nothing: what waits is delivered first',
  { skip: needs('rsyslogd') },
  async () => {
    const port = await freePort()
    const url = `tcp://127.0.0.1:${port}`
    const away = await watch('--syslog', url)
    assert.match(
      away.err,
      /0 messages delivered, \d+ wait on disk for the next run \(.*ECONNREFUSED/,
    )
    const rsyslog = await startRsyslog(port)
    const there = await watch('--syslog', url)
    await stop(rsyslog)
    assert.match(there.err, /\d+ findings of earlier runs wait for syslog tcp/)
    assert.match(there.err, /messages delivered\n/)
    const ids = away.findings.map(({ id }) => id)
    assert.ok(ids.length > 10)
    const arrived = opened()
    assert.deepEqual([...new Set(arrived)].toSorted(), ids.toSorted(), 'each finding of the report')
    assert.equal(arrived.length, ids.length * 2, 'of both runs')
    assert.deepEqual(arrived.slice(0, ids.length), arrived.slice(ids.length), 'in the same order')
  },
)

test('a webhook gets what the report says', async () => {
  const bodies: { kind: string; finding: { id: string } }[] = []
  const server = createWebServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (piece: string) => (body += piece))
    request.on('end', () => {
      bodies.push(JSON.parse(body) as (typeof bodies)[number])
      response.writeHead(204).end()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const { findings, err } = await watch('--webhook', `http://127.0.0.1:${port}/`)
  server.close()
  assert.match(
    err,
    new RegExp(`webhook http://127\\.0\\.0\\.1:${port}: ${bodies.length} messages delivered`),
  )
  const first = bodies.filter(({ kind }) => kind === 'finding.opened')
  assert.deepEqual(
    first.map(({ finding }) => finding.id).toSorted(),
    findings.map(({ id }) => id).toSorted(),
  )
})

test('what cannot be used is told before the run', async () => {
  const { code, err } = await watch('--syslog', 'siem:514')
  assert.equal(code, 2)
  assert.match(err, /siem:514: write udp:/)
  const plain = await watch('--webhook', 'http://siem.example/')
  assert.match(plain.err, /http is readable on the way/)
})
