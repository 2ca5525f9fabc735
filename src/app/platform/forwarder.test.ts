// Findings from the store to a webhook: what is new and bad enough, once; what came while nobody
// was there; secrets and queues that go with their target.
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import assert from 'node:assert/strict'
import { findingOf, SENDER } from '../../export/targets/rehearse.ts'
import type { Severity } from '../../finding/index.ts'
import { Findings, Sensors, Store } from '../../store/index.ts'
import { Forwarder } from './forwarder.ts'

/** Files below a folder. */
const left = (folder: string) =>
  readdirSync(folder, { recursive: true }).filter((name) => name !== 'secrets')

interface Got {
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

async function receiver(t: TestContext) {
  const got: Got[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (piece: string) => (body += piece))
    request.on('end', () => {
      got.push({ headers: request.headers, body })
      response.writeHead(204).end()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const told = () =>
    got.map(({ body }) => {
      const { kind, finding } = JSON.parse(body) as { kind: string; finding: { id: string } }
      return `${kind} ${finding.id}`
    })
  /** Waits until so many have come, and a moment for more. */
  const come = async (count: number) => {
    for (let wait = 0; got.length < count && wait < 200; wait++) await pause(25)
    await pause(150)
    return told()
  }
  return { got, come, url: `http://127.0.0.1:${port}/hook` }
}

async function platform(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'tw-forward-'))
  const store = await Store.open({ path: ':memory:', clock: () => Date.now() * 1000 })
  const recorded: string[] = []
  store.recordTo({ write: ({ kind }) => recorded.push(kind) })
  const [sensors, findings] = [new Sensors(store), new Findings(store)]
  const warned: string[] = []
  const warn = (text: string) => void warned.push(text)
  const open = () => Forwarder.open({ store, sensors, findings, folder, sender: SENDER, warn })
  const place = { site: 'here', segment: 'lan', actor: 'sensor:lan' }
  const raise = (id: string, severity: Severity, count = 1) =>
    store.change((change) => findings.raise(change, place, [{ ...findingOf(severity, id), count }]))
  t.after(() => {
    store.close()
    rmSync(folder, { recursive: true })
  })
  return { folder, open, raise, recorded, warned }
}

test('what is new and bad enough arrives once, signed; worse comes again', async (t) => {
  const { got, come, url } = await receiver(t)
  const { open, raise, recorded } = await platform(t)
  const forwarder = await open()
  await raise('before', 'critical')
  const request = { kind: 'webhook', url, least: 'medium' } as const
  const { secret, target } = await forwarder.add(request, 'ada')
  assert.deepEqual(
    [target.name, recorded.at(-1)],
    [`webhook ${new URL(url).origin}`, 'target.added'],
  )
  await raise('one', 'high')
  await raise('two', 'low')
  assert.deepEqual(await come(1), ['finding.opened one'])
  await raise('one', 'high', 7)
  await raise('two', 'critical', 2)
  assert.deepEqual(await come(2), ['finding.opened one', 'finding.updated two'])
  const [{ headers, body }] = got
  const [id, time] = [headers['webhook-id'], headers['webhook-timestamp']].map(String)
  const signed = `${id}.${time}.${body}`
  const key = Buffer.from(secret!.slice(6), 'base64')
  const expected = createHmac('sha256', key).update(signed).digest('base64')
  assert.equal(headers['webhook-signature'], `v1,${expected}`)
  assert.equal(forwarder.list()[0].health.delivered, 2)
  await forwarder.close()
})

test('what came while nobody sent is sent by the next, and nothing twice', async (t) => {
  const { come, url } = await receiver(t)
  const { open, raise } = await platform(t)
  const first = await open()
  await first.add({ kind: 'webhook', url, least: 'info' }, 'ada')
  await raise('one', 'low')
  assert.deepEqual(await come(1), ['finding.opened one'])
  await first.close()
  await raise('two', 'low')
  const second = await open()
  assert.deepEqual(await come(2), ['finding.opened one', 'finding.opened two'])
  await second.close()
})

test('a target that is removed takes its secret and its queue along', async (t) => {
  const { url } = await receiver(t)
  const { open, folder, recorded } = await platform(t)
  const forwarder = await open()
  const { target } = await forwarder.add({ kind: 'webhook', url, least: 'info' }, 'ada')
  const secret = join(folder, 'secrets', target.id)
  assert.equal(statSync(secret).mode & 0o777, 0o600)
  assert.equal(await forwarder.remove('other', 'ada'), false)
  assert.equal(await forwarder.remove(target.id, 'ada'), true)
  assert.deepEqual([forwarder.list(), left(folder)], [[], []])
  assert.equal(recorded.at(-1), 'target.removed')
  await forwarder.close()
})

test('URLs that findings must not go to, and files of this machine, are refused', async (t) => {
  const { open, folder } = await platform(t)
  const forwarder = await open()
  const cases = [
    ['webhook', 'http://siem.example/', /readable on the way/],
    ['webhook', 'https://siem.example/#ca=/etc/passwd', /as text, not as a file/],
    ['syslog', 'tls://siem.example?key=/etc/shadow', /as text, not as a file/],
    ['syslog', 'https://siem.example', /write udp:/],
  ] as const
  for (const [kind, url, message] of cases) {
    await assert.rejects(forwarder.add({ kind, url, least: 'info' }, 'ada'), { message })
  }
  assert.deepEqual(left(folder), [])
  await forwarder.close()
})
