// Syslog against rsyslog (UDP, TCP, TLS with both certificates), and against collectors that close
// the connection or have somebody else's certificate.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import assert from 'node:assert/strict'
import { needs } from '../../../test/needs.ts'
import { loadForms, syslogDestination } from './destination.ts'
import type { Message } from './message.ts'
import { messageOf, SENDER } from './rehearse.ts'
import type { Target } from './target.ts'

const folder = mkdtempSync(join(tmpdir(), 'thingward-syslog-'))
const at = (name: string) => join(folder, name)
const forms = await loadForms()
const parts = { forms, sender: SENDER, read: async (path: string) => readFileSync(path) }
const targetAt = async (url: string): Promise<Target> =>
  (await syslogDestination(url, parts)).target
const signal = new AbortController().signal
const batch = (count: number): Message[] =>
  Array.from({ length: count }, (_, number) => messageOf(number))

/** A key and a certificate for this machine, signed by `by`, or by itself. */
function certificate(name: string, by?: string): void {
  const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', at(`${name}.key`)]
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const signer = by ? ['-CA', at(`${by}.pem`), '-CAkey', at(`${by}.key`)] : []
  const words = [
    'req',
    '-x509',
    ...key,
    ...subject,
    ...signer,
    '-days',
    '2',
    '-out',
    at(`${name}.pem`),
  ]
  execFileSync('openssl', words, { stdio: 'ignore' })
}

before(() => {
  certificate('authority')
  certificate('collector', 'authority')
  certificate('sensor', 'authority')
  certificate('stranger')
})
after(() => rmSync(folder, { recursive: true }))

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

interface Line {
  readonly input: string
  readonly msgid: string
  readonly pri: string
  readonly data: string
  readonly msg: string
}

/** Starts rsyslog on two ports (plain and TLS), runs, and answers what it wrote. */
async function rsyslog(act: (plain: number, tls: number) => Promise<void>): Promise<Line[]> {
  const [plain, tls] = [await freePort(), await freePort()]
  const template = ['inputname', 'msgid', 'pri', 'structured-data', 'msg']
    .map((name) => {
      const out = name === 'inputname' ? 'input' : name === 'structured-data' ? 'data' : name
      return `property(outname="${out}" name="${name}" format="jsonf")`
    })
    .join(' ')
  const config = `
global(workDirectory="${folder}" defaultNetstreamDriverCAFile="${at('authority.pem')}"
  defaultNetstreamDriverCertFile="${at('collector.pem')}"
  defaultNetstreamDriverKeyFile="${at('collector.key')}")
module(load="imudp") module(load="imtcp" keepAlive="on")
template(name="json" type="list" option.jsonf="on") { ${template} }
input(type="imudp" address="127.0.0.1" port="${plain}")
input(type="imtcp" address="127.0.0.1" port="${plain}")
input(type="imtcp" address="127.0.0.1" port="${tls}" name="imtls" streamDriver.name="gtls"
  streamDriver.mode="1" streamDriver.authMode="x509/certvalid")
action(type="omfile" file="${at('out.json')}" template="json")
`
  writeFileSync(at('rsyslog.conf'), config)
  rmSync(at('out.json'), { force: true })
  const child = spawn('rsyslogd', ['-n', '-f', at('rsyslog.conf'), '-i', at('pid')])
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (said += piece))
  try {
    await reached(plain, child)
    await act(plain, tls)
    await pause(300)
  } finally {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  }
  assert.ok(existsSync(at('out.json')), `rsyslog wrote nothing: ${said}`)
  const lines = readFileSync(at('out.json'), 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Line)
}

async function reached(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    assert.equal(child.exitCode, null, 'rsyslogd ended')
    const socket = connect(port, '127.0.0.1')
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isThere) return
    await pause(50)
  }
  assert.fail('rsyslogd does not listen')
}

test(
  'rsyslog takes them over UDP, TCP and TLS, and reads every field',
  { skip: needs('rsyslogd') },
  async () => {
    const lines = await rsyslog(async (plain, tls) => {
      const ours = `cert=${at('sensor.pem')}&key=${at('sensor.key')}`
      const urls = [
        `udp://127.0.0.1:${plain}`,
        `tcp://127.0.0.1:${plain}?facility=4`,
        `tls://127.0.0.1:${tls}?ca=${at('authority.pem')}&${ours}&form=json`,
      ]
      for (const url of urls) {
        const target = await targetAt(url)
        assert.deepEqual(await target.send(batch(20), signal), { delivered: 20 }, url)
        await target.close()
      }
    })
    for (const input of ['imudp', 'imtcp', 'imtls']) {
      const own = lines.filter((line) => line.input === input)
      assert.deepEqual(
        own.map(({ data }) => /id="(\d+)"/.exec(data)![1]),
        batch(20).map(({ finding }) => finding!.id),
        input,
      )
      assert.ok(own.every(({ msgid }) => msgid === 'telnet-brute-force'))
    }
    const [udp, tcp, tls] = ['imudp', 'imtcp', 'imtls'].map((input) =>
      lines.find((line) => line.input === input)!,
    )
    assert.deepEqual([udp.pri, tcp.pri], ['131', '35'])
    assert.match(udp.msg, /Passwords tried \| over Telnet: expected .* from Köln/)
    assert.equal((JSON.parse(tls.msg) as { kind: string }).kind, 'finding.opened')
  },
)

test("a collector with somebody else's certificate gets nothing", async () => {
  const stranger = { key: readFileSync(at('stranger.key')), cert: readFileSync(at('stranger.pem')) }
  let bytes = 0
  const server = createTlsServer(stranger, (socket) => {
    socket.on('data', (piece) => (bytes += piece.length))
  })
  server.on('tlsClientError', () => {})
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const target = await targetAt(`tls://127.0.0.1:${port}?ca=${at('authority.pem')}`)
  const { delivered, problem } = await target.send(batch(3), signal)
  assert.equal(delivered, 0)
  assert.match(problem!, /self.signed certificate|unable to verify/)
  await target.close()
  server.close()
  assert.equal(bytes, 0)
})

test('a collector that closes while it is written to has not taken the batch', async () => {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    if (sockets.length === 1) socket.once('data', () => socket.destroy())
    else socket.resume()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const target = await targetAt(`tcp://127.0.0.1:${port}`)
  const first = await target.send(batch(50), signal)
  assert.equal(first.delivered, 0)
  assert.ok(first.problem)
  assert.deepEqual(await target.send(batch(50), signal), { delivered: 50 })
  await target.close()
  server.close()
  const { problem } = await target.send(batch(1), signal)
  assert.match(problem!, /ECONNREFUSED/)
})

test('URLs that cannot be right are refused before the run', async () => {
  for (const [url, message] of [
    ['syslog://x', /write udp:/],
    ['tls://', /write udp:/],
    ['tcp://x?facility=24', /facility is a number/],
    ['tcp://x?colour=red', /no option 'colour'; there are form/],
    ['udp://x?form=leef', /no form 'leef'/],
  ] as const) {
    await assert.rejects(syslogDestination(url, parts), { code: 'bad-target', message }, url)
  }
})
