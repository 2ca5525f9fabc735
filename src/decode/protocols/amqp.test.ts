// AMQP connections built frame by frame.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './amqp.ts'

const u16 = (value: number) => Buffer.from([value >> 8, value & 255])
const u32 = (value: number) => Buffer.concat([u16(value >>> 16), u16(value & 65535)])
const short = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])
const long = (text: string | Buffer) => Buffer.concat([u32(text.length), Buffer.from(text)])
const S = Buffer.from('S')
const entry = (name: string, text: string) => Buffer.concat([short(name), S, long(text)])
const table = (...entries: Buffer[]) => long(Buffer.concat(entries))
const frame = (type: number, contents: Buffer) =>
  Buffer.concat([Buffer.from([type, 0, 1]), long(contents), Buffer.from([0xce])])
const method = (group: number, number: number, ...parts: Buffer[]) =>
  frame(1, Buffer.concat([u16(group), u16(number), ...parts]))
const client = (...bytes: Buffer[]): Line => ({ bytes: Buffer.concat(bytes) })
const server = (...bytes: Buffer[]): Line => ({ ...client(...bytes), from: 'responder' })

const nested = Buffer.concat([short('capabilities'), Buffer.from('F'), table(), short('on')])
const session: Line[] = [
  client(Buffer.from('AMQP\0\0\x09\x01', 'latin1')),
  server(
    method(
      10,
      10,
      Buffer.from([0, 9]),
      table(nested, Buffer.from('t\x01'), entry('product', 'RabbitMQ'), entry('version', '3.9')),
      long('PLAIN AMQPLAIN'),
      long('en_US'),
    ),
  ),
  client(
    method(
      10,
      11,
      table(entry('product', 'pika'), entry('platform', 'Python')),
      short('PLAIN'),
      long('\0sensor\0hunter2'),
      short('en_US'),
    ),
  ),
  server(method(10, 30, Buffer.alloc(8))),
  client(method(10, 40, short('/plant'), Buffer.alloc(2))),
  client(
    method(60, 40, u16(0), short('amq.topic'), short('plant.pump.4'), Buffer.alloc(1)),
    frame(2, Buffer.alloc(14)),
    frame(3, Buffer.from('secret measurement')),
    frame(8, Buffer.alloc(0)),
    method(60, 20, u16(0), short('commands'), short(''), Buffer.alloc(5)),
  ),
]

test('0-9-1: broker, client, login, virtual host, what is published', () => {
  const { certainty, said, ...rest } = rehearse(protocol, session)
  assert.equal(certainty, 2)
  assert.deepEqual(said, [
    { kind: 'header', version: '0-9-1' },
    { kind: 'server', product: 'RabbitMQ', version: '3.9', mechanisms: ['PLAIN', 'AMQPLAIN'] },
    { kind: 'login', product: 'pika', platform: 'Python', method: 'plain', user: 'sensor' },
    { kind: 'login-result', accepted: true },
    { kind: 'open', virtualHost: '/plant' },
    { kind: 'publish', exchange: 'amq.topic', routingKey: 'plant.pump.4' },
    { kind: 'consume', queue: 'commands' },
  ])
  assert.doesNotMatch(JSON.stringify([said, rest]), /hunter2|secret/)
})

test('a refused login, in the older mechanism', () => {
  const { said } = rehearse(protocol, [
    session[0],
    client(
      method(
        10,
        11,
        table(),
        short('AMQPLAIN'),
        long(Buffer.concat([entry('LOGIN', 'guest'), entry('PASSWORD', 'hunter2')])),
        short('en_US'),
      ),
    ),
    server(method(10, 50, u16(403), short('ACCESS_REFUSED'), u32(0))),
  ])
  assert.deepEqual(said.slice(1), [
    { kind: 'login', method: 'amqplain', user: 'guest' },
    { kind: 'login-result', accepted: false },
  ])
})

const one = (type: number, hex: string) => {
  const contents = Buffer.from(hex.replace(/\s/g, ''), 'hex')
  return Buffer.concat([u32(8 + contents.length), Buffer.from([2, type, 0, 0]), contents])
}
const binary = Buffer.from('\0hub\0geheim').toString('hex')
const modern: Line[] = [
  client(Buffer.from('AMQP\x03\x01\0\0', 'latin1')),
  server(Buffer.from('AMQP\x03\x01\0\0', 'latin1'), one(1, '0053 40 c003 01 a300')),
  client(one(1, `0053 41 c015 02 a305504c41494e a00b${binary}`)),
  server(one(1, '0053 44 c003 01 5000')),
  client(Buffer.from('AMQP\0\x01\0\0', 'latin1'), one(0, '0053 10 c00a 02 a10470756d70 a10168')),
]

test('1.0: mechanism, user, container', () => {
  const { said, progress } = rehearse(protocol, modern)
  assert.deepEqual(said, [
    { kind: 'header', version: '1.0', layer: 'sasl' },
    { kind: 'login', method: 'plain', user: 'hub' },
    { kind: 'login-result', accepted: true },
    { kind: 'open', container: 'pump', host: 'h' },
  ])
  assert.equal(progress, 2)
})

test('a long body is skipped without being kept', () => {
  const body = frame(3, Buffer.alloc(40_000))
  const { said, left } = rehearse(protocol, [
    ...session.slice(0, 1),
    client(body.subarray(0, 20_000)),
    client(body.subarray(20_000), method(10, 40, short('/'), Buffer.alloc(2))),
  ])
  assert.deepEqual([said.at(-1), left], [{ kind: 'open', virtualHost: '/' }, 0])
})

test('a connection whose opening was missed, on the own port', () => {
  const { certainty, said } = rehearse(protocol, [session[5]])
  assert.equal(certainty, 1)
  assert.deepEqual(
    said.map(({ kind }) => kind),
    ['publish', 'consume'],
  )
})

test('other words are not AMQP', () => {
  assert.equal(rehearse(protocol, [{ hex: '414d515001020304' }]).certainty, 0)
  assert.equal(rehearse(protocol, [{ hex: '414d5150' }]).certainty, 0)
})

test('torn, cut and flipped', () => {
  tear(protocol, session)
  tear(protocol, modern)
  assert(batter(protocol, session) > 5000)
  assert(batter(protocol, modern) > 1000)
})
