// An RTSP 1.0 camera (RFC 2326): basic authentication, one H264 track as RTP over UDP.
// usage: camera.ts PACKETS_PER_SECOND

import { createSocket } from 'node:dgram'
import { randomFillSync } from 'node:crypto'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'

const packetsPerSecond = Number(process.argv[2] ?? 10)
const authorization = `Basic ${Buffer.from('admin:12345').toString('base64')}`
const description = [
  'v=0',
  'o=- 1109162014219182 1 IN IP4 0.0.0.0',
  's=IP camera',
  't=0 0',
  'm=video 0 RTP/AVP 96',
  'a=rtpmap:96 H264/90000',
  'a=control:trackID=0',
  '',
].join('\r\n')

const media = createSocket('udp4')
media.bind(6970)

function rtp(sequence: number): Buffer {
  const packet = Buffer.alloc(12 + 420)
  packet.writeUInt16BE(0x8060, 0)
  packet.writeUInt16BE(sequence & 0xffff, 2)
  packet.writeUInt32BE((sequence * 9000) >>> 0, 4)
  packet.writeUInt32BE(0x4c21_0007, 8)
  return randomFillSync(packet, 12)
}

type Reply = { status?: string; lines: string[]; body?: string }

function answer(socket: Socket, request: string, reply: Reply): void {
  const { status = '200 OK', lines, body = '' } = reply
  const sequence = /^CSeq: *(\d+)/im.exec(request)?.[1] ?? '0'
  const head = [`RTSP/1.0 ${status}`, `CSeq: ${sequence}`, ...lines]
  if (body) head.push(`Content-Length: ${body.length}`)
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
}

createServer((socket) => {
  let port = 0
  let timer: NodeJS.Timeout | undefined
  let text = ''
  const play = (): void => {
    let sequence = 1
    timer = setInterval(() => {
      media.send(rtp(sequence++), port, socket.remoteAddress)
    }, 1000 / packetsPerSecond)
  }
  const obey = (request: string): void => {
    const method = request.split(' ', 1)[0]
    if (method === 'OPTIONS') {
      answer(socket, request, { lines: ['Public: OPTIONS, DESCRIBE, SETUP, TEARDOWN, PLAY'] })
    } else if (!request.includes(authorization)) {
      const lines = ['WWW-Authenticate: Basic realm="IP Camera(C4C21)"']
      answer(socket, request, { status: '401 Unauthorized', lines })
    } else if (method === 'DESCRIBE') {
      answer(socket, request, { lines: ['Content-Type: application/sdp'], body: description })
    } else if (method === 'SETUP') {
      port = Number(/client_port=(\d+)/.exec(request)?.[1] ?? 5000)
      const ports = `client_port=${port}-${port + 1};server_port=6970-6971`
      const lines = [`Transport: RTP/AVP;unicast;${ports}`, 'Session: 83A1']
      answer(socket, request, { lines })
    } else {
      answer(socket, request, { lines: ['Session: 83A1'] })
      if (method === 'PLAY') play()
      if (method === 'TEARDOWN') socket.end()
    }
  }
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
    for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
      obey(text.slice(0, end + 4))
      text = text.slice(end + 4)
    }
  })
  socket.on('close', () => clearInterval(timer))
  socket.on('error', () => clearInterval(timer))
}).listen(554, '0.0.0.0')
