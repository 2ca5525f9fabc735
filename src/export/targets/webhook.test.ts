// The webhook against a real HTTPS server: signatures that OpenSSL computes too, receivers that
// answer badly, redirects, certificates of nobody, URLs that findings must not go to.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { loadForms, webhookDestination } from './destination.ts'
import { messageOf, SENDER } from './rehearse.ts'
import type { Target } from './target.ts'

const folder = mkdtempSync(join(tmpdir(), 'thingward-webhook-'))
const at = (name: string) => join(folder, name)
const SECRET = { file: 'secret', text: `whsec_${Buffer.from('k'.repeat(32)).toString('base64')}` }
const forms = await loadForms()

interface Got {
  readonly headers: IncomingMessage['headers']
  readonly body: string
}
const got: Got[] = []
let answer: (response: ServerResponse) => void = (response) => response.writeHead(204).end()

function handle(request: IncomingMessage, response: ServerResponse): void {
  let body = ''
  request.setEncoding('utf8').on('data', (piece: string) => (body += piece))
  request.on('end', () => {
    got.push({ headers: request.headers, body })
    answer(response)
  })
}

before(() => {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const files = ['-keyout', at('key.pem'), '-out', at('cert.pem'), '-days', '2']
  execFileSync('openssl', ['req', '-x509', ...key, ...files, ...subject], { stdio: 'ignore' })
})
after(() => rmSync(folder, { recursive: true }))

const parts = { forms, sender: SENDER, read: async (path: string) => readFileSync(path) }

/** Runs with a server on a free port, https unless said otherwise. */
async function served(act: (url: string) => Promise<void>, isPlain = false): Promise<void> {
  got.length = 0
  answer = (response) => response.writeHead(204).end()
  const tls = { key: readFileSync(at('key.pem')), cert: readFileSync(at('cert.pem')) }
  const server = isPlain ? createServer(handle) : createTlsServer(tls, handle)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  try {
    await act(`${isPlain ? 'http' : 'https'}://127.0.0.1:${port}/hook?token=x`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const targetAt = async (url: string): Promise<Target> =>
  (await webhookDestination(url, SECRET, parts)).target
const send = async (target: Target, ...numbers: number[]) => {
  const messages = numbers.map((number) => messageOf(number))
  const delivery = await target.send(messages, new AbortController().signal)
  await target.close()
  return delivery
}

test('posts in order, each signed: OpenSSL computes the same over id, time and body', () =>
  served(async (url) => {
    const delivery = await send(await targetAt(`${url}#ca=${at('cert.pem')}`), 1, 2, 3)
    assert.deepEqual(delivery, { delivered: 3 })
    assert.deepEqual(
      got.map(({ body }) => (JSON.parse(body) as { id: string }).id),
      [1, 2, 3].map((number) => messageOf(number).id),
    )
    const [{ headers, body }] = got
    const [id, time] = [headers['webhook-id'], headers['webhook-timestamp']].map(String)
    const signed = `${id}.${time}.${body}`
    const mac = execFileSync(
      'openssl',
      ['dgst', '-sha256', '-mac', 'HMAC', '-macopt', `key:${'k'.repeat(32)}`, '-binary'],
      { input: signed },
    )
    assert.equal(headers['webhook-signature'], `v1,${mac.toString('base64')}`)
    const age = Date.now() / 1000 - Number(time)
    assert.ok(age >= 0 && age < 30)
  }))

test('a redirect is not followed, whatever it points to', () =>
  served(async (url) => {
    answer = (response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
    const { delivered, problem } = await send(await targetAt(`${url}#ca=${at('cert.pem')}`), 1)
    assert.equal(delivered, 0)
    assert.match(problem!, /302: redirects are not followed/)
    assert.equal(got.length, 1)
  }))

test('busy, broken and unwilling receivers are told apart', () =>
  served(async (url) => {
    const target = async () => targetAt(`${url}#ca=${at('cert.pem')}`)
    answer = (response) => response.writeHead(429, { 'retry-after': '7' }).end()
    assert.deepEqual(await send(await target(), 1), {
      delivered: 0,
      problem: 'answers 429',
      waitMs: 7000,
    })
    answer = (response) => response.writeHead(500).end('x'.repeat(1_000_000))
    assert.deepEqual(await send(await target(), 1), { delivered: 0, problem: 'answers 500' })
    answer = (response) => response.writeHead(got.length === 4 ? 422 : 200).end()
    assert.deepEqual(await send(await target(), 1, 2, 3), {
      delivered: 1,
      refused: 'refused with 422',
    })
    answer = (response) => response.socket!.destroy()
    assert.match((await send(await target(), 1)).problem!, /hang up|ECONNRESET/)
  }))

test('a certificate of nobody ends the attempt', () =>
  served(async (url) => {
    const { problem } = await send(await targetAt(url), 1)
    assert.match(problem!, /self.signed certificate/)
    assert.equal(got.length, 0)
  }))

test('http only to this very machine', () =>
  served(async (url) => {
    assert.deepEqual(await send(await targetAt(url), 1), { delivered: 1 })
  }, true))

test('URLs and secrets that cannot be right are refused before the run', async () => {
  const rejected: [string, RegExp][] = [
    ['http://siem.example/', /readable on the way/],
    ['http://127.0.0.1.example/', /readable on the way/],
    ['https://user:word@siem.example/', /a password in a URL/],
    ['ftp://siem.example/', /write https/],
    ['https://siem.example/#colour=red', /no option 'colour'/],
    ['https://siem.example/#form=leef', /no form 'leef'; there are cef/],
    ['siem.example', /this is no URL/],
  ]
  for (const [url, message] of rejected) {
    await assert.rejects(webhookDestination(url, SECRET, parts), { code: 'bad-target', message })
  }
  const short = { file: 'secret', text: 'short' }
  await assert.rejects(webhookDestination('https://siem.example/', short, parts), {
    code: 'bad-secret',
  })
})
