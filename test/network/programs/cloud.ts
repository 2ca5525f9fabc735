// The outside: web servers by domain (plain and TLS), time, and the command-and-control server.
// usage: cloud.ts CERTIFICATES MUD_FILE

import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { createServer as createWeb } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createSecureWeb } from 'node:https'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'

const [certificates, mudFile] = process.argv.slice(2)
const domains = ['acmecloud', 'tvcloud', 'doorline', 'news', 'evil']
const contexts = new Map(
  domains.map((domain) => {
    const read = (ending: string): Buffer => readFileSync(join(certificates, domain + ending))
    return [domain, createSecureContext({ cert: read('.crt'), key: read('.key') })]
  }),
)
const bodyLength: Record<string, number> = { 'www.news.test': 9000, 'api.tvcloud.test': 5000 }

function serve(request: IncomingMessage, response: ServerResponse): void {
  const host = (request.headers.host ?? '').split(':')[0]
  request.resume()
  request.on('end', () => {
    response.setHeader('Server', host.endsWith('evil.test') ? 'Apache/2.2.15' : 'envoy')
    if (request.url === '/generate_204') response.writeHead(204).end()
    else if (request.url === '/door-2.json') {
      response.setHeader('Content-Type', 'application/mud+json').end(readFileSync(mudFile))
    } else if (request.url?.startsWith('/ipc/')) response.end('V4.02.R12 build 20190614\n')
    else response.end(randomBytes((bodyLength[host] ?? 120) / 2).toString('hex'))
  })
}

function secure(domain: string): object {
  return {
    cert: readFileSync(join(certificates, `${domain}.crt`)),
    key: readFileSync(join(certificates, `${domain}.key`)),
    SNICallback: (name: string, done: (error: null, context: object) => void) => {
      const context = contexts.get(name.split('.').at(-2) ?? '') ?? contexts.get(domain)
      if (context) done(null, context)
    },
  }
}

for (const port of [80, 8080]) createWeb(serve).listen(port, '::')
createSecureWeb(secure('news'), serve).listen(443, '::')

/** NTP version 4, server mode, stratum 1 (RFC 5905 figure 8). */
for (const [type, address] of [
  ['udp4', '203.0.113.123'],
  ['udp6', '2001:db8:113::123'],
] as const) {
  const socket = createSocket({ type, ipv6Only: type === 'udp6' })
  socket.on('message', (request, from) => {
    const answer = Buffer.alloc(48)
    answer.set([0x24, 1, request[2] ?? 6, 0xec])
    answer.write('GPS', 12, 'latin1')
    const now = Date.now() / 1000 + 2_208_988_800
    const seconds = Math.floor(now)
    for (const at of [16, 32, 40]) {
      answer.writeUInt32BE(seconds, at)
      answer.writeUInt32BE(Math.floor((now - seconds) * 2 ** 32), at + 4)
    }
    request.copy(answer, 24, 40, 48)
    socket.send(answer, from.port, from.address)
  })
  socket.bind(123, address)
}

/** The command-and-control server answers every keep-alive with the same bytes. */
createServer((socket) => {
  socket.on('data', (chunk) => socket.write(chunk))
  socket.on('error', () => socket.destroy())
}).listen(48101, '203.0.113.66')
