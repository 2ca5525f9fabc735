// An RTSP client, as a recorder has it: describes, sets up, plays for some seconds, tears down.
// usage: viewer.ts ADDRESS SECONDS

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const [address, seconds] = process.argv.slice(2)
const url = `rtsp://${address}:554/11`
const authorization = `Authorization: Basic ${Buffer.from('admin:12345').toString('base64')}`
const media = createSocket('udp4')
media.bind(5000)
const socket = connect(554, address)
await once(socket, 'connect')
let sequence = 0

async function ask(method: string, path: string, ...lines: string[]): Promise<void> {
  sequence += 1
  const head = [
    `${method} ${path} RTSP/1.0`,
    `CSeq: ${sequence}`,
    'User-Agent: NVR Rtsp Client/2.0',
  ]
  socket.write(`${[...head, ...lines].join('\r\n')}\r\n\r\n`)
  await once(socket, 'data')
}

await ask('OPTIONS', url)
await ask('DESCRIBE', url, 'Accept: application/sdp')
await ask('DESCRIBE', url, authorization, 'Accept: application/sdp')
const transport = 'Transport: RTP/AVP;unicast;client_port=5000-5001'
await ask('SETUP', `${url}/trackID=0`, authorization, transport)
await ask('PLAY', url, authorization, 'Session: 83A1', 'Range: npt=0.000-')
await sleep(Number(seconds) * 1000)
await ask('TEARDOWN', url, authorization, 'Session: 83A1')
socket.end()
media.close()
