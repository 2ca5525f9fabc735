// RTSP conversations between a recorder and a camera.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './rtsp.ts'

const ask = (text: string): Line => ({ bytes: Buffer.from(text.replaceAll('\n', '\r\n')) })
const answer = (text: string): Line => ({ ...ask(text), from: 'responder' })

const session: Line[] = [
  ask(`DESCRIBE rtsp://admin:hunter2@192.0.2.7:554/live?channel=1&key=5 RTSP/1.0
CSeq: 2
User-Agent: Recorder/4.1

`),
  answer(`RTSP/1.0 401 Unauthorized
CSeq: 2
Server: Example Camera/1.0
WWW-Authenticate: Basic realm="cam"

`),
  ask(`DESCRIBE rtsp://192.0.2.7/live RTSP/1.0
CSeq: 3
Authorization: Basic YWRtaW46aHVudGVyMg==

`),
  answer(`RTSP/1.0 200 OK
CSeq: 3
Content-Length: 11

v=0
s=Live
`),
  ask('PLAY rtsp://192.0.2.7/live RTSP/1.0\nCSeq: 4\n\n'),
  answer('RTSP/1.0 200 OK\nCSeq: 4\n\n'),
]

test('requests and responses, users by name only', () => {
  const { certainty, said, ...rest } = rehearse(protocol, session)
  assert.equal(certainty, 2)
  assert.deepEqual(said, [
    {
      kind: 'request',
      method: 'DESCRIBE',
      uri: 'rtsp://192.0.2.7:554/live?channel&key',
      userAgent: 'Recorder/4.1',
    },
    {
      kind: 'response',
      status: 401,
      server: 'Example Camera/1.0',
      authenticate: 'basic',
      realm: 'cam',
    },
    {
      kind: 'request',
      method: 'DESCRIBE',
      uri: 'rtsp://192.0.2.7/live',
      credentials: 'basic',
      user: 'admin',
    },
    { kind: 'response', status: 200 },
    { kind: 'request', method: 'PLAY', uri: 'rtsp://192.0.2.7/live' },
    { kind: 'response', status: 200 },
  ])
  assert.doesNotMatch(JSON.stringify([said, rest]), /hunter2/)
})

test('the stream on the same connection ends it', () => {
  const stream: Line = { from: 'responder', hex: '24 00 0004 80 60 00 01' }
  assert.equal(rehearse(protocol, [...session, stream]).progress, 2)
  assert.equal(rehearse(protocol, [stream]).progress, 3)
})

test('HTTP and SIP are told apart', () => {
  const certainty = (text: string) => rehearse(protocol, [ask(text)]).certainty
  assert.equal(certainty('OPTIONS * RTSP/1.0\n\n'), 2)
  assert.equal(certainty('OPTIONS rtsp://h/ RTSP/1.0\n\n'), 2)
  assert.equal(certainty('OPTIONS * HTTP/1.1\n\n'), 0)
  assert.equal(certainty('OPTIONS sip:a@b SIP/2.0\n\n'), 0)
  assert.equal(certainty('GET /rtsp: HTTP/1.1\n\n'), 0)
})

test('torn, cut and flipped', () => {
  tear(protocol, session)
  assert(batter(protocol, session) > 5000)
})
