// OPC UA messages built by hand from OPC 10000-4 and 10000-6, with a small writer of its binary
// encoding.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './opcua.ts'

const u32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes.toString('hex')
}
const text = (value?: string) =>
  value === undefined ? 'ffffffff' : u32(value.length) + Buffer.from(value).toString('hex')
const bare = (hex: string) => hex.replace(/\s/g, '')
const message = (type: string, body: string, from?: 'responder', chunk = 'F'): Line => {
  const content = bare(body)
  const head = Buffer.from(type + chunk).toString('hex')
  return { from, hex: head + u32(8 + content.length / 2) + content }
}
const typeId = (id: number) => `0100${(id & 255).toString(16).padStart(2, '0')}` + high(id)
const high = (id: number) => (id >> 8).toString(16).padStart(2, '0')
const call = (id: number, body: string, request = 1) =>
  message('MSG', `${u32(7)} ${u32(1)} ${u32(2)} ${u32(request)} ${typeId(id)} ${ask} ${body}`)
const result = (id: number, body: string, request = 1, status = 0) =>
  message(
    'MSG',
    `${u32(7)} ${u32(1)} ${u32(2)} ${u32(request)} ${typeId(id)} ${'00'.repeat(8)} ${u32(1)} ` +
      `${u32(status)} 00 ${u32(-1)} 0000 00 ${body}`,
    'responder',
  )

/**
 * Request header: no token, time, handle, no diagnostics, no audit entry, time-out, no extension.
 */
const ask = `0000 ${'00'.repeat(8)} ${u32(1)} ${u32(0)} ${text()} ${u32(10000)} 0000 00`
const url = 'opc.tcp://plc:4840'
const none = 'http://opcfoundation.org/UA/SecurityPolicy#None'
const strong = 'http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256'
const application = (name: string, role: number) =>
  `${text('urn:acme:' + name)} ${text('http://acme.example/' + name)} ` +
  `02 ${text(name)} ${u32(role)} ` +
  `${text()} ${text()} ${u32(1)} ${text(url)}`
const token = (kind: number) => `${text('id')} ${u32(kind)} ${text()} ${text()} ${text()}`
const endpoint = (mode: number, policy: string, tokens: number[]) =>
  `${text(url)} ${application('pump', 0)} ${text()} ${u32(mode)} ${text(policy)} ` +
  `${u32(tokens.length)} ${tokens.map(token).join('')} ${text('binary')} 00`
const endpoints = `${u32(2)} ${endpoint(1, none, [0, 1])} ${endpoint(3, strong, [1, 2])}`

const hello = message('HEL', u32(0) + u32(65535) + u32(65535) + u32(0) + u32(0) + text(url))
const acknowledge = message('ACK', u32(0) + u32(65535) + u32(65535) + u32(0) + u32(0), 'responder')
const open = message(
  'OPN',
  `${u32(0)} ${text(none)} ${text()} ${text()} ${u32(1)} ${u32(1)} ${typeId(446)} ${ask} ` +
    `${u32(0)} ${u32(0)} ${u32(1)} ${text()} ${u32(3600000)}`,
)
const discover = call(428, `${text(url)} ${u32(0)} ${u32(0)}`)
const discovered = result(431, endpoints)
const create = call(461, `${application('hmi', 1)} ${text()} ${text(url)} ${text('Session 1')}`)
const created = result(
  464,
  `0201 00 01000000 0202 00 02000000 ${'00'.repeat(8)} ${text('nonce')} ${text()} ${endpoints}`,
)
const login = (type: number, body: string) =>
  call(
    467,
    `${text()} ${text()} ${u32(0)} ${u32(0)} ${typeId(type)} ` +
      `01 ${u32(bare(body).length / 2)} ${body}`,
  )
const named = login(324, `${text('id')} ${text('operator')} ${text('secret')} ${text()}`)
const write = call(673, `${u32(1)} 0302 00 ${text('Pump.Speed')} ${u32(13)} ${text()} 00`)
const filler = 'ab'.repeat(40000)
const large = call(673, `${u32(1)} 0302 00 ${text('Big')} ${u32(13)} ${text()} ${filler}`)
const method = call(712, `${u32(1)} 0102 1234 0102 3512 ${u32(0)}`)
const node = (id: number) => `0100${(id & 255).toString(16).padStart(2, '0')}${high(id)}`
const variable = (id: number) => `${node(id)} ${u32(13)} ${text()} 0000 ${text()}`
const read = call(
  631,
  `${'00'.repeat(8)} ${u32(2)} ${u32(2)} ${variable(2263)} ${variable(2264)}`,
  9,
)
const values = result(
  634,
  `${u32(2)} 01 0c ${text('Acme')} 05 0c ${text('4.2')} ${'00'.repeat(8)}`,
  9,
)
const refused = result(676, u32(0), 1, 0x801f0000)

test('hello, open, and what a server offers', () => {
  const { said, certainty, anomalies } = rehearse(protocol, [
    hello,
    acknowledge,
    open,
    discover,
    discovered,
  ])
  assert.equal(certainty, 2)
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said[0], { kind: 'hello', operation: 'other', endpointUrl: url })
  assert.equal(said[1].securityPolicy, 'None')
  assert.deepEqual([said[2].service, said[2].operation], ['GetEndpoints', 'discovery'])
  assert.deepEqual(said[3].application, {
    uri: 'urn:acme:pump',
    product: 'http://acme.example/pump',
    name: 'pump',
    role: 'server',
  })
  assert.deepEqual(said[3].endpoints, [
    { url, mode: 'none', policy: 'None', tokens: ['anonymous', 'user-name'] },
    {
      url,
      mode: 'sign-and-encrypt',
      policy: 'Basic256Sha256',
      tokens: ['user-name', 'certificate'],
    },
  ])
})

test('a session: who asks, who answers', () => {
  const { said, anomalies } = rehearse(protocol, [create, created])
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said[0].application, {
    uri: 'urn:acme:hmi',
    product: 'http://acme.example/hmi',
    name: 'hmi',
    role: 'client',
  })
  assert.equal(said[0].sessionName, 'Session 1')
  assert.equal((said[1].application as { name: string }).name, 'pump')
})

test('a login says the user, never the password, and that it was in clear', () => {
  const { said } = rehearse(protocol, [named, login(321, text('anonymous'))])
  assert.equal(said[0].credentials, 'user-name')
  assert.equal(said[0].user, 'operator')
  assert.equal(said[0].clear, true)
  assert(!JSON.stringify(said).includes('secret'))
  assert.equal(said[1].credentials, 'anonymous')
})

test('writes and calls name their nodes', () => {
  const { said } = rehearse(protocol, [write, method, refused])
  assert.deepEqual(said, [
    { kind: 'message', service: 'Write', operation: 'write', count: 1, node: 'ns=2;s=Pump.Speed' },
    {
      kind: 'message',
      service: 'Call',
      operation: 'control',
      count: 1,
      node: 'ns=2;i=13330',
      method: 'ns=2;i=4661',
    },
    { kind: 'message', service: 'Write', operation: 'write', response: true, status: '801f0000' },
  ])
})

test('a read of the build information identifies the software', () => {
  const { said, anomalies } = rehearse(protocol, [read, values])
  assert.deepEqual(anomalies, [])
  assert.deepEqual([said[0].node, said[0].count], ['i=2263', 2])
  assert.deepEqual(said[1].values, { manufacturer: 'Acme', softwareVersion: '4.2' })
})

test('publishing is said once', () => {
  const publish = call(826, u32(0))
  const { said } = rehearse(protocol, [publish, publish, publish])
  assert.equal(said.length, 1)
})

test('a chunk larger than what is kept is read at its head and passed by', () => {
  const bytes = Buffer.from(large.hex ?? '', 'hex')
  const parts = [bytes.subarray(0, 9000), bytes.subarray(9000, 30000), bytes.subarray(30000)]
  const { said, anomalies } = rehearse(protocol, [...parts.map((part) => ({ bytes: part })), write])
  assert.deepEqual(anomalies, [])
  assert.deepEqual(
    said.map((fields) => fields.node),
    ['ns=2;s=Big', 'ns=2;s=Pump.Speed'],
  )
})

test('a hole within a large chunk ends where the next message begins', () => {
  const head = Buffer.from(large.hex ?? '', 'hex').subarray(0, 9000)
  assert.equal(rehearse(protocol, [{ bytes: head }, write]).said.length, 2)
})

test('what is encrypted is not guessed at; continuing chunks are passed by', () => {
  const noise = message('MSG', `${u32(7)} ${u32(1)} ${'5a'.repeat(64)}`)
  const first = { ...write, hex: (write.hex ?? '').replace('4d534746', '4d534743') }
  const { said } = rehearse(protocol, [noise, first, message('MSG', '00'.repeat(30)), method])
  assert.deepEqual(
    said.map((fields) => fields.service),
    ['Write', 'Call'],
  )
})

test('HELO of SMTP and other texts are something else', () => {
  assert.equal(rehearse(protocol, [{ bytes: Buffer.from('HELO mail.example\r\n') }]).certainty, 0)
  assert.equal(rehearse(protocol, [{ bytes: Buffer.from('MSGF1234567890') }]).certainty, 0)
})

test('torn and damaged messages', () => {
  tear(protocol, [hello, open, discover, create, named, read, values])
  const lines = [hello, acknowledge, open, discover, named, write, method, read, values, refused]
  assert(batter(protocol, lines) > 1000)
  assert(batter(protocol, [discovered]) > 1000)
  assert(batter(protocol, [create, created]) > 1000)
})
