// Asks a time server once (RFC 5905, client mode) and never sets a clock.
// usage: ntp.ts NAME

import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'

const { address } = await lookup(process.argv[2], { family: 4 })
const request = Buffer.alloc(48)
request.set([0xe3, 0, 6, 0xe9])
request.writeUInt32BE(Math.floor(Date.now() / 1000) + 2_208_988_800, 40)
request.writeUInt32BE((process.pid * 2_654_435_761) >>> 0, 44)
const socket = createSocket('udp4')
socket.on('message', () => socket.close())
socket.send(request, 123, address)
setTimeout(() => process.exit(1), 2000).unref()
