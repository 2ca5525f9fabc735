// DNS messages over UDP and TCP, on their port and on others, whole and hostile.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { protocol } from './dns.ts'

const label = (text: string) =>
  text.length.toString(16).padStart(2, '0') + Buffer.from(text, 'latin1').toString('hex')
const name = (text: string) => text.split('.').map(label).join('') + '00'
const question = name('cloud.Example.com') + '00010001'
const query = { hex: '1a2b 0100 0001 0000 0000 0000' + question }
/** CNAME to edge.example.net (whose name starts at offset 47), A and AAAA of that. */
const answers =
  'c00c 0005 0001 0000003c 0012' +
  name('edge.example.net') +
  'c02f 0001 0001 0000001e 0004 cb007107' +
  'c02f 001c 0001 0000001e 0010 20010db8000000000000000000000007'
const response: Line = {
  from: 'responder',
  hex: '1a2b 8180 0001 0003 0000 0000' + question + answers,
}

test('a query and its answer, through a CNAME', () => {
  const { said, anomalies, certainty } = rehearse(protocol, [query, response])
  assert.equal(certainty, 2)
  assert.deepEqual(anomalies, [])
  assert.partialDeepStrictEqual(said, [
    {
      kind: 'query',
      id: 0x1a2b,
      questions: [{ name: 'cloud.example.com', type: 'A' }],
      answers: [],
    },
    {
      kind: 'response',
      rcode: 'NOERROR',
      questions: [{ name: 'cloud.example.com', type: 'A' }],
      answers: [
        { name: 'cloud.example.com', type: 'CNAME', ttl: 60, data: 'edge.example.net' },
        { name: 'edge.example.net', type: 'A', ttl: 30, data: '203.0.113.7' },
        { name: 'edge.example.net', type: 'AAAA', ttl: 30, data: '2001:db8::7' },
      ],
    },
  ])
})

test('over TCP each message has its length before it', () => {
  const length = (hex: string) =>
    (hex.replaceAll(' ', '').length / 2).toString(16).padStart(4, '0') + hex
  const both = { hex: length(query.hex) + length(query.hex), ipProtocol: 6 }
  assert.equal(rehearse(protocol, [both]).said.length, 2)
  const bytes = Buffer.from(length(query.hex).replaceAll(' ', ''), 'hex')
  const torn = [bytes.subarray(0, 1), bytes.subarray(1, 20), bytes.subarray(20)]
  const { said } = rehearse(
    protocol,
    torn.map((part) => ({ bytes: part, ipProtocol: 6 })),
  )
  assert.equal(said.length, 1)
  batter(protocol, [both])
})

test('on its own port what does not quite fit may be DNS', () => {
  assert.equal(rehearse(protocol, [{ hex: query.hex + '00' }]).certainty, 1)
})

test('on other ports only what fits to the last byte is DNS', () => {
  const elsewhere = { ...query, destinationPort: 9953 }
  assert.equal(rehearse(protocol, [elsewhere]).certainty, 2)
  assert.equal(rehearse(protocol, [{ ...elsewhere, hex: query.hex + '00' }]).certainty, 0)
  assert.equal(rehearse(protocol, [{ ...elsewhere, destinationPort: 5353 }]).certainty, 0)
  const answered = { ...response, sourcePort: 9953 }
  assert.equal(rehearse(protocol, [answered]).certainty, 2)
})

test('SRV, TXT, HTTPS and unknown types; bytes that are no letters', () => {
  const odd = label('a.b\\c\u00e9 Z') + name('x')
  const { said } = rehearse(protocol, [
    {
      from: 'responder',
      hex:
        '0001 8183 0001 0004 0000 0000' +
        (odd + 'ff010001') +
        'c00c 0021 0001 00000000 0009 0000 0000 1f90 ' +
        '01 6d 00' +
        ('c00c 0010 0001 00000000 0007' + label('k=v') + '00' + label('w')) +
        'c00c 0041 0001 00000000 0003 0001 00' +
        'c00c ff02 0001 00000000 0001 00',
    },
  ])
  const own = 'a\\.b\\\\c\\233 z.x'
  assert.partialDeepStrictEqual(said, [
    {
      rcode: 'NXDOMAIN',
      questions: [{ name: own, type: 'TYPE65281' }],
      answers: [
        { name: own, type: 'SRV', ttl: 0, data: 'm', port: 8080 },
        { name: own, type: 'TXT', data: ['k=v', 'w'] },
        { name: own, type: 'HTTPS', data: '.' },
        { name: own, type: 'TYPE65282', data: '' },
      ],
    },
  ])
})

test('pointers that do not point backwards end the message', () => {
  const { said, anomalies } = rehearse(protocol, [
    { hex: '0001 0100 0001 0000 0000 0000 c00c 00010001' },
    { hex: '0001 0100 0001 0000 0000 0000 c00e 0161 c00c 00010001' },
    { hex: '0001 0100 0001 0000 0000 0000 c0ff 00010001' },
  ])
  assert.deepEqual(anomalies, ['dns-label-loop', 'dns-label-loop', 'dns-label-loop'])
  assert.equal(said.length, 3)
})

test('a chain of pointers as long as a message costs no more than a name', () => {
  const pointers = Array.from({ length: 8000 }, (_, index) =>
    (0xc000 + 12 + Math.max(0, 2 * index - 2)).toString(16),
  )
  const records = 'ffff 00010001'.repeat(20)
  const { anomalies } = rehearse(protocol, [
    { hex: '0001 8180 0000 ffff 0000 0000' + '00'.repeat(2) + pointers.join('') + records },
  ])
  assert.equal(anomalies.length, 1)
})

test('more answers than are kept are counted', () => {
  const answer = 'c00c 0001 0001 0000001e 0004 cb007107'
  const { said } = rehearse(protocol, [
    { hex: '0001 8180 0001 0046 0000 0000' + question + answer.repeat(70) },
  ])
  assert.equal((said[0].answers as unknown[]).length, 64)
  assert.equal(said[0].more, 6)
})

test('names of 255 bytes are read, longer ones are broken', () => {
  const long = (label('x'.repeat(49)) as string).repeat(5)
  const good = rehearse(protocol, [
    { hex: '0001 0100 0001 0000 0000 0000' + long + '0361626300' + '00010001' },
  ])
  assert.deepEqual(good.anomalies, [])
  const answered = '00010001' + 'c00c 0001 0001 0000001e 0004 cb007107'
  const pointed = rehearse(protocol, [
    { hex: '0001 8180 0001 0001 0000 0000' + long + '0361626300' + answered },
  ])
  assert.deepEqual(pointed.anomalies, [])
  assert.equal((pointed.said[0].answers as { data: string }[])[0].data, '203.0.113.7')
  const bad = rehearse(protocol, [
    { hex: '0001 0100 0001 0000 0000 0000' + long + '056162636465' + '00' + '00010001' },
  ])
  assert.deepEqual(bad.anomalies, ['dns-malformed'])
})

test('what is not DNS on port 53 is not recognised at first, odd later', () => {
  assert.equal(rehearse(protocol, [{ hex: '16030100c8' }]).certainty, 0)
  assert.deepEqual(rehearse(protocol, [query, { hex: '16030100c8' }]).anomalies, ['dns-malformed'])
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, [query, response]) > 0)
})
