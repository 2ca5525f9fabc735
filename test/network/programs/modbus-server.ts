// A Modbus/TCP server as a PLC has it: coils, registers, and its identity (function 43/14).
// usage: modbus-server.ts VENDOR PRODUCT REVISION

import { createServer } from 'node:net'
import type { Socket } from 'node:net'

const identity = process.argv.slice(2)
const coils = new Uint8Array(256)
const registers = Uint16Array.from({ length: 256 }, (_, at) => 170 + ((at * 37) % 90))
const fault = (code: number, kind: number): Buffer => Buffer.from([code | 0x80, kind])

/** Processes move: the first registers are measurements. */
setInterval(() => {
  const phase = Date.now() / 20_000
  registers[0] = 200 + Math.round(20 * Math.sin(phase))
  registers[1] = 1000 + Math.round(50 * Math.cos(phase))
}, 500)

function readBits(code: number, start: number, count: number): Buffer {
  const body = Buffer.alloc(2 + Math.ceil(count / 8))
  body[0] = code
  body[1] = body.length - 2
  for (let at = 0; at < count; at++) body[2 + (at >> 3)] |= coils[start + at] << (at & 7)
  return body
}

function readRegisters(code: number, start: number, count: number): Buffer {
  const body = Buffer.alloc(2 + count * 2)
  body[0] = code
  body[1] = count * 2
  for (let at = 0; at < count; at++) body.writeUInt16BE(registers[start + at], 2 + at * 2)
  return body
}

function writeMany(request: Buffer, start: number, count: number): Buffer {
  for (let at = 0; at < count; at++) {
    if (request[0] === 16) registers[start + at] = request.readUInt16BE(6 + at * 2)
    else coils[start + at] = (request[6 + (at >> 3)] >> (at & 7)) & 1
  }
  return request.subarray(0, 5)
}

function identify(): Buffer {
  const objects = identity.map((text, at) => {
    return Buffer.concat([Buffer.from([at, text.length]), Buffer.from(text)])
  })
  return Buffer.concat([Buffer.from([43, 14, 1, 1, 0, 0, objects.length]), ...objects])
}

function obey(request: Buffer): Buffer {
  const code = request[0]
  if (code === 43 && request[1] === 14) return identify()
  if (code === 17) return Buffer.concat([Buffer.from([17, 2, 1, 0xff])])
  if (request.length < 5) return fault(code, 1)
  const start = request.readUInt16BE(1)
  const value = request.readUInt16BE(3)
  const isSingle = code === 5 || code === 6
  if (start + (isSingle ? 1 : value) > 256) return fault(code, 2)
  if (code === 1 || code === 2) return readBits(code, start, value)
  if (code === 3 || code === 4) return readRegisters(code, start, value)
  if (code === 5) coils[start] = value === 0xff00 ? 1 : 0
  if (code === 6) registers[start] = value
  if (isSingle) return request.subarray(0, 5)
  if (code === 15 || code === 16) return writeMany(request, start, value)
  return fault(code, 1)
}

createServer((socket: Socket) => {
  let waiting = Buffer.alloc(0)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    waiting = Buffer.concat([waiting, chunk])
    while (waiting.length >= 8 && waiting.length >= 6 + waiting.readUInt16BE(4)) {
      const end = 6 + waiting.readUInt16BE(4)
      const answer = obey(waiting.subarray(7, end))
      const head = Buffer.from(waiting.subarray(0, 7))
      head.writeUInt16BE(answer.length + 1, 4)
      socket.write(Buffer.concat([head, answer]))
      waiting = waiting.subarray(end)
    }
  })
}).listen(502)
