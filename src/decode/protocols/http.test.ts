// HTTP/1 as browsers, devices and their web pages speak it, and what is only similar.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './http.ts'

const ask = (text: string): Line => ({ bytes: Buffer.from(text.replaceAll('\n', '\r\n')) })
const answer = (text: string): Line => ({ ...ask(text), from: 'responder' })
const said = (...lines: Line[]) => rehearse(protocol, lines).said

const visit: Line[] = [
  ask(`GET /cgi-bin/user.cgi?name=admin&page=2 HTTP/1.1
Host: Camera-7.example:8080
User-Agent: Updater/2.1
Authorization: Basic YWRtaW46aHVudGVyMg==

`),
  answer(`HTTP/1.1 401 Unauthorized
Server: lighttpd/1.4.35
WWW-Authenticate: Digest realm="IP Camera", nonce="4e"
Content-Type: text/html; charset=utf-8
Content-Length: 5

Sorry`),
  ask(`POST /login HTTP/1.1
Host: 192.0.2.7
Content-Type: application/x-www-form-urlencoded
Content-Length: 35

username=jo+doe%40ex&password=geheim`),
  answer(`HTTP/1.1 302 Found
Location: /home?session=0123456789
Transfer-Encoding: chunked

5;note=1
Moved
c
 temporarily
0
Trailer: x

HTTP/1.1 204 No Content
Content-Length: 9

`),
]

test('requests and responses, one behind the other, without a secret', () => {
  const { certainty, names, ...rest } = rehearse(protocol, visit)
  assert.equal(certainty, 2)
  assert.deepEqual(names, ['Camera-7.example'], 'an address is no name')
  assert.deepEqual(rest.said, [
    {
      kind: 'request',
      method: 'GET',
      uri: '/cgi-bin/user.cgi?name&page',
      host: 'Camera-7.example:8080',
      userAgent: 'Updater/2.1',
      credentials: 'basic',
      user: 'admin',
    },
    {
      kind: 'response',
      status: 401,
      server: 'lighttpd/1.4.35',
      contentType: 'text/html',
      authenticate: 'digest',
      realm: 'IP Camera',
    },
    {
      kind: 'request',
      method: 'POST',
      uri: '/login',
      host: '192.0.2.7',
      contentType: 'application/x-www-form-urlencoded',
      credentials: 'form',
      user: 'jo doe@ex',
    },
    { kind: 'response', status: 302, location: '/home?session' },
    { kind: 'response', status: 204 },
  ])
  assert.doesNotMatch(JSON.stringify(rest), /hunter2|geheim|0123456789/)
})

test('segments may be torn anywhere', () => tear(protocol, visit))

test('the title of a page, in the same segment or a later one', () => {
  const head = 'HTTP/1.0 200 OK\nContent-Type: text/html\n\n'
  const page = '<html><head>\n<TITLE lang="en"> Router\n login </TITLE></head>'
  assert.deepEqual(said(answer(head + page)), [
    { kind: 'response', status: 200, contentType: 'text/html', title: 'Router login' },
  ])
  assert.deepEqual(said(answer(head), answer('<html>'), answer(page)), [
    { kind: 'response', status: 200, contentType: 'text/html' },
    { kind: 'page', title: 'Router login' },
  ])
})

test('logins in JSON and in the query', () => {
  const json = '{"Username":"root","password":"xc3511"}'
  const lines = [
    ask(`PUT /api HTTP/1.1
Content-Type: application/json
Content-Length: ${json.length}

${json}GET /set?usr=op&pwd=1234 HTTP/1.0

`),
  ]
  const both = said(...lines)
  assert.deepEqual(
    both.map(({ credentials, user }) => [credentials, user]),
    [
      ['form', 'root'],
      ['form', 'op'],
    ],
  )
  assert.doesNotMatch(JSON.stringify(both), /xc3511|1234/)
})

test('tokens in a path are not said, names are', () => {
  const uri = (target: string) => said(ask(`GET ${target} HTTP/1.1\n\n`))[0].uri
  assert.equal(uri('/api/8f1c2a77d04b4e6f9a3c5d7e9b1f2a4c6d8e/lights'), '/api/*/lights')
  assert.equal(
    uri('/things/123e4567-e89b-12d3-a456-426614174000'),
    '/things/123e4567-e89b-12d3-a456-426614174000',
  )
  assert.equal(uri('http://joe:pw@h.example/x?y=1#z'), 'http://h.example/x?y')
})

test('a lost segment is overcome at the next head', () => {
  const lines = [
    answer('HTTP/1.1 200 OK\nContent-Length: 90000\n\nabc'),
    answer('more of the body'),
    answer('HTTP/1.1 404 Not Found\nContent-Length: 0\n\n'),
    ask('the tail of something\n'),
    ask('POST /up HTTP/1.1\nContent-Length: 90000\n\nabc'),
    ask('GET away'),
    ask('HEAD / HTTP/1.1\n\n'),
    answer('HTTP/1.1 200 OK\nContent-Length: 90000\n\nHTTP/1.1 500 Oh\n\n'),
  ]
  assert.deepEqual(
    said(...lines).map(({ status, method }) => status ?? method),
    [200, 404, 'POST', 'HEAD', 200, 500],
  )
})

test('UPnP calls name their action; a WebSocket ends it', () => {
  const [request, response] = said(
    ask(`POST /ctl HTTP/1.1
SOAPAction: "urn:schemas-upnp-org:service:WANIPConnection:1#AddPortMapping"
Upgrade: websocket

`),
    answer('HTTP/1.1 101 Switching Protocols\n\n'),
    answer('HTTP/1.1 200 OK\n\n'),
  ).toSpliced(2, 1)
  assert.equal(request.action, 'urn:schemas-upnp-org:service:WANIPConnection:1#AddPortMapping')
  assert.equal(request.upgrade, 'websocket')
  assert.equal(response.status, 101)
})

test('what only begins alike is not HTTP', () => {
  const certainty = (text: string) => rehearse(protocol, [ask(text)]).certainty
  assert.equal(certainty('OPTIONS rtsp://192.0.2.1/ RTSP/1.0\n\n'), 0)
  assert.equal(certainty('OPTIONS sip:a@b SIP/2.0\n\n'), 0)
  assert.equal(certainty('GETTING THERE'), 0)
  assert.equal(certainty('HTTP/1.1 is old'), 0)
  assert.equal(certainty('GET /old\n'), 1)
  assert.equal(certainty('GE'), 1)
  assert.equal(certainty('GET . HTTP/1.0\n'), 2)
  assert.equal(certainty('GET HTTP/1.0\n'), 2, 'asks for nothing')
  assert.equal(certainty('GET /long'), 2)
  assert.equal(certainty('PRI * HTTP/2.0\n\nSM\n\n'), 2)
  assert.equal(certainty('GET   HTTP://h.example/ HTTP/1.1\n'), 2)
  assert.equal(certainty('NOTIFY /x HTTP/1.1\n'), 2)
})

test('a head that the snap length cut counts as far as it goes', () => {
  const bytes = Buffer.from('GET /a HTTP/1.1\r\nHost: thing.example\r\nUser-A')
  const flow = [{ bytes, wireLength: 900 }]
  assert.deepEqual(rehearse(protocol, flow).names, ['thing.example'])
})

test('cut and flipped messages never throw', () => {
  assert(batter(protocol, visit) > 5000)
})
