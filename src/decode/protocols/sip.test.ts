// SIP between a door station and its exchange, over UDP and TCP.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './sip.ts'

const TCP = 6
const ask = (text: string): Line => ({ bytes: Buffer.from(text.replaceAll('\n', '\r\n')) })
const answer = (text: string): Line => ({ ...ask(text), from: 'responder' })

const session: Line[] = [
  ask(`REGISTER sip:pbx.example SIP/2.0
Via: SIP/2.0/UDP 192.0.2.7
From: "Door" <sip:door:hunter2@pbx.example>;tag=1
CSeq: 1 REGISTER
User-Agent: DoorStation/3.2
Content-Length: 0

`),
  answer(`SIP/2.0 401 Unauthorized
CSeq: 1 REGISTER
Server: Exchange/18
WWW-Authenticate: Digest realm="pbx", nonce="1f"
Content-Length: 0

`),
  ask(`INVITE sip:100@pbx.example;user=phone SIP/2.0
f: <sip:door@pbx.example>
Authorization: Digest username="door", realm="pbx", response="6629fae4"
CSeq: 2 INVITE
l: 5

v=0
`),
  answer('SIP/2.0 200 OK\nCSeq: 2 INVITE\n\n'),
  ask('ACK sip:100@pbx.example SIP/2.0\nCSeq: 2 ACK\n\n'),
]

const expected = [
  {
    kind: 'request',
    method: 'REGISTER',
    uri: 'sip:pbx.example',
    userAgent: 'DoorStation/3.2',
    from: 'sip:door@pbx.example',
  },
  {
    kind: 'response',
    status: 401,
    method: 'REGISTER',
    server: 'Exchange/18',
    authenticate: 'digest',
    realm: 'pbx',
  },
  {
    kind: 'request',
    method: 'INVITE',
    uri: 'sip:100@pbx.example',
    from: 'sip:door@pbx.example',
    credentials: 'digest',
    user: 'door',
  },
  { kind: 'response', status: 200, method: 'INVITE' },
]
const stream = session.map((line) => ({ ...line, ipProtocol: TCP }))

test('registrations and calls over UDP and TCP, without secrets', () => {
  const overUdp = rehearse(protocol, session)
  assert.equal(overUdp.certainty, 2)
  assert.deepEqual(overUdp.said, expected)
  assert.deepEqual(rehearse(protocol, stream).said, expected)
  assert.doesNotMatch(JSON.stringify(overUdp), /hunter2|6629fae4/)
})

test('keep-alives say nothing and hide nothing', () => {
  const alive: Line[] = [session[0], { hex: '00000000' }, ask('\n\n'), session[2]]
  assert.equal(rehearse(protocol, alive).said.length, 2)
  const streamed = alive.map((line) => ({ ...line, ipProtocol: TCP }))
  assert.equal(rehearse(protocol, streamed).said.length, 2)
})

test('HTTP and RTSP are told apart', () => {
  const certainty = (text: string) => rehearse(protocol, [ask(text)]).certainty
  assert.equal(certainty('OPTIONS sip:100@192.0.2.1 SIP/2.0\n'), 2)
  assert.equal(certainty('OPTIONS rtsp://h/ RTSP/1.0\n'), 0)
  assert.equal(certainty('NOTIFY * HTTP/1.1\n'), 0)
  assert.equal(certainty('SIP/3.0 200 OK\n'), 0)
})

test('torn, cut and flipped', () => {
  tear(protocol, stream)
  assert(batter(protocol, session) > 5000)
  assert(batter(protocol, stream) > 5000)
})
