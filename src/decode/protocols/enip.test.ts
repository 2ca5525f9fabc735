// EtherNet/IP messages built by hand from ODVA's published formats.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { protocol } from './enip.ts'

const bare = (hex: string) => hex.replace(/\s/g, '')
const ascii = (text: string) => Buffer.from(text, 'latin1').toString('hex')
const le16 = (value: number) => Buffer.from([value & 255, value >> 8]).toString('hex')
const bytes = (hex: string) => bare(hex).length / 2

const encapsulate = (command: string, body = '', from?: 'responder'): Line => ({
  from,
  hex: `${command}00${le16(bytes(body))}01000000 00000000 1122334455667788 00000000${body}`,
})
/** SendRRData with a null address item and an unconnected data item. */
const request = (cip: string, from?: 'responder') =>
  encapsulate('6f', `00000000 0000 0200 0000 0000 b200 ${le16(bytes(cip))} ${cip}`, from)
/** SendUnitData with a connection and a sequence number. */
const unit = (cip: string) =>
  encapsulate(
    '70',
    `00000000 0000 0200 a100 0400 01020304 b100 ${le16(bytes(cip) + 2)} 0100 ${cip}`,
  )

const name = '1756-ENBT/A'
const identity = `0100 0c00 3a00 0401 3000 78563412 0b ${ascii(name)}`
const list = encapsulate('63')
const item = `0100 0002 af12 c0a8010a 0000000000000000 ${identity} 03`
const listed = encapsulate('63', `0100 0c00 ${le16(bytes(item))} ${item}`, 'responder')
const register = encapsulate('65', '0100 0000')
const getAll = request('01 02 20 01 24 01')
const gotAll = request(`81 00 00 00 ${identity}`, 'responder')
const setSingle = request('10 03 20 04 24 65 30 03 0100')
const readTag = unit(`4c 04 91 05 ${ascii('Level')} 00 0100`)
const writeTag = unit(`4d 04 91 05 ${ascii('Level')} 00 c400 0100 2a000000`)
const inner = '07 02 20 8e 24 01'
const routed = request(`52 02 20 06 24 01 05 9d ${le16(bytes(inner))} ${inner} 01 00 01 03`)
const read = `4c 02 91 02 ${ascii('ab')} 0100`
const write = `4d 02 91 02 ${ascii('cd')} c400 0100 00000000`
const multiple = unit(`0a 02 20 02 24 01 0200 0600 ${le16(6 + bytes(read))} ${read} ${write}`)
const pccc = request(`4b 02 20 67 24 01 07 4d00 11223344 0f 00 0100 80 06`)
const open = request(
  '54 02 20 06 24 01 0a 0e 00000000 01000000 0300 4d00 44332211 00 000000 ' +
    '20a10700 f443 20a10700 f443 a3 07 34 04 0100 0c00 3a00 84 01 01 00 20 02 24 01',
)
const failed = request('ce 00 05 00', 'responder')
const cyclic: Line = {
  hex: '0200 0280 0800 01020304 05000000 b100 0600 0100 00000000',
  destinationPort: 2222,
}

const known = {
  vendorId: 1,
  deviceType: 12,
  productCode: 58,
  revision: '4.1',
  status: 48,
  serial: '12345678',
  productName: name,
}

test('identities are listed', () => {
  const { said, certainty } = rehearse(protocol, [list, listed])
  assert.equal(certainty, 2)
  assert.deepEqual(said, [
    { kind: 'list-identity', operation: 'discovery' },
    {
      kind: 'list-identity',
      operation: 'discovery',
      address: '192.168.1.10',
      identity: { ...known, state: 3 },
    },
  ])
})

test('a session reads the identity object', () => {
  const { said, certainty } = rehearse(protocol, [register, getAll, gotAll])
  assert.equal(certainty, 2)
  assert.equal(said[0].kind, 'register')
  assert.deepEqual(said[1], {
    kind: 'send',
    service: 1,
    name: 'get attributes all',
    operation: 'read',
    class: 1,
    instance: 1,
    attribute: undefined,
  })
  assert.deepEqual(said[2].identity, known)
})

test('reads are told from writes, by object and by tag', () => {
  const { said } = rehearse(protocol, [setSingle, readTag, writeTag])
  assert.deepEqual(
    said.map((fields) => [fields.operation, fields.class ?? fields.tag, fields.attribute]),
    [
      ['write', 4, 3],
      ['read', 'Level', undefined],
      ['write', 'Level', undefined],
    ],
  )
})

test('what is wrapped is said, with its route', () => {
  const { said } = rehearse(protocol, [routed, multiple])
  assert.deepEqual(
    said.map((fields) => [fields.name, fields.operation, fields.route ?? fields.tag]),
    [
      ['stop', 'control', '1/3'],
      ['read tag', 'read', 'ab'],
      ['write tag', 'write', 'cd'],
    ],
  )
})

test('PCCC inside CIP: a mode change is control', () => {
  const { said } = rehearse(protocol, [pccc])
  assert.deepEqual([said[0].name, said[0].operation], ['PCCC change mode', 'control'])
})

test('forward open names both ends; a failure says its status', () => {
  const { said } = rehearse(protocol, [open, failed])
  assert.equal(said[0].originatorVendorId, 77)
  assert.equal(said[0].originatorSerial, '11223344')
  assert.deepEqual(said[0].expected, {
    vendorId: 1,
    deviceType: 12,
    productCode: 58,
    revision: '4.1',
  })
  assert.equal(said[0].route, '1/0')
  assert.deepEqual([said[1].service, said[1].status], [0x4e, 5])
})

test('cyclic input and output is said once', () => {
  const { said, certainty, progress } = rehearse(protocol, [cyclic])
  assert.deepEqual([certainty, progress], [2, 2])
  assert.deepEqual(said, [{ kind: 'io', operation: 'monitor' }])
})

test('texts that begin with the same letters are something else', () => {
  for (const text of [
    'connect to me, please, whoever you are',
    'epoch and other long words here',
  ]) {
    assert.equal(rehearse(protocol, [{ bytes: Buffer.from(text) }]).certainty, 0)
  }
})

test('damaged messages break nothing', () => {
  const lines = [list, listed, register, getAll, gotAll, setSingle, readTag, writeTag, routed]
  assert(batter(protocol, [...lines, multiple, pccc, open, failed, cyclic]) > 1000)
})
