// SNMP messages of the three versions, built element by element.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { communityMark } from '../community.ts'
import { protocol } from './snmp.ts'

const mark = (community: string) =>
  communityMark(Buffer.from(community), 0, Buffer.byteLength(community))

/** One BER element; parts are hex or elements themselves. */
const element = (tag: string, ...parts: string[]): string => {
  const contents = parts.join('').replace(/\s/g, '')
  const length = contents.length / 2
  const size = length < 128 ? length.toString(16).padStart(2, '0') : `82${hex4(length)}`
  return tag + size + contents
}
const hex4 = (value: number) => value.toString(16).padStart(4, '0')
const text = (value: string) => element('04', Buffer.from(value).toString('hex'))
const number = (value: number) => element('02', value.toString(16).padStart(2, '0'))
const list = (...parts: string[]) => element('30', ...parts)
const nothing = '0500'

const DESCRIPTION = element('06', '2b06010201010100')
const OBJECT = element('06', '2b06010201010200')
const SERIAL = element('06', '2b060102012f010101010b01')
const TRAFFIC = element('06', '2b060102010202010a01')

const pdu = (tag: string, status: number, ...bindings: string[]) =>
  element(tag, number(77), number(status), number(0), list(...bindings))
const message = (version: number, community: string, body: string) =>
  list(number(version), text(community), body)

const get = message(0, 'public', pdu('a0', 0, list(DESCRIPTION, nothing)))
const answer = message(
  1,
  'hunter2',
  pdu(
    'a2',
    0,
    list(DESCRIPTION, text('Example pump controller\r\nfw 1.2')),
    list(OBJECT, element('06', '2b0601040182dc5a0102')),
    list(SERIAL, text('SN-0042')),
    list(TRAFFIC, element('41', '00ffffffff')),
  ),
)

test('version 1 and 2c: names asked for, what the agent tells of itself, no community', () => {
  const { certainty, said } = rehearse(protocol, [{ hex: get }, { from: 'responder', hex: answer }])
  assert.equal(certainty, 2)
  assert.deepEqual(said, [
    {
      kind: 'get',
      version: '1',
      communityKind: 'public',
      communityMark: mark('public'),
      names: ['1.3.6.1.2.1.1.1.0'],
    },
    {
      kind: 'response',
      version: '2c',
      communityKind: 'other',
      communityMark: mark('hunter2'),
      names: [
        '1.3.6.1.2.1.1.1.0',
        '1.3.6.1.2.1.1.2.0',
        '1.3.6.1.2.1.47.1.1.1.1.11.1',
        '1.3.6.1.2.1.2.2.1.10.1',
      ],
      enterprise: 44634,
      values: {
        '1.3.6.1.2.1.1.1.0': 'Example pump controller..fw 1.2',
        '1.3.6.1.2.1.1.2.0': '1.3.6.1.4.1.44634.1.2',
        '1.3.6.1.2.1.47.1.1.1.1.11.1': 'SN-0042',
      },
    },
  ])
})

test('a write, a refusal, a trap of version 1', () => {
  const trap = element(
    'a4',
    element('06', '2b0601040182dc5a'),
    element('40', 'c0000201'),
    number(6),
    number(3),
    element('43', '2a'),
    list(list(TRAFFIC, element('46', '05'))),
  )
  const lines = [
    message(1, 'private', pdu('a3', 0, list(DESCRIPTION, text('new')))),
    message(1, 'private', pdu('a2', 16, list(DESCRIPTION, nothing))),
    message(0, 'x', trap),
  ]
  const { said } = rehearse(
    protocol,
    lines.map((hex) => ({ hex })),
  )
  assert.deepEqual(
    said.map(({ kind, communityKind, errorStatus, enterprise }) => [
      kind,
      communityKind,
      errorStatus,
      enterprise,
    ]),
    [
      ['set', 'private', undefined, undefined],
      ['response', 'private', 16, undefined],
      ['trap', 'other', undefined, 44634],
    ],
  )
})

const secured = (flags: string, data: string) => {
  const user = list(
    element('04', '8000ae5a04506c616e74'),
    number(1),
    number(2),
    text('operator'),
    text('authauthauth'),
    text('saltsalt'),
  )
  const header = list(number(9), element('02', '05dc'), element('04', flags), number(3))
  return list(number(3), header, element('04', user), data)
}
const plain = list(element('04'), element('04'), pdu('a1', 0, list(TRAFFIC, nothing)))

test('version 3: user, level and engine, sealed or not', () => {
  const { certainty, said } = rehearse(protocol, [
    { hex: secured('07', text('sealed octets')) },
    { hex: secured('04', plain) },
  ])
  const common = {
    version: '3',
    engineId: '8000ae5a04506c616e74',
    enterprise: 44634,
    user: 'operator',
  }
  assert.equal(certainty, 2)
  assert.deepEqual(said, [
    { kind: 'sealed', ...common, securityLevel: 'authPriv', names: [] },
    {
      kind: 'get-next',
      ...common,
      securityLevel: 'noAuthNoPriv',
      names: ['1.3.6.1.2.1.2.2.1.10.1'],
    },
  ])
})

test('many names are counted', () => {
  const many = Array.from({ length: 11 }, () => list(TRAFFIC, nothing))
  const { said } = rehearse(protocol, [{ hex: message(1, 'public', pdu('a5', 0, ...many)) }])
  assert.deepEqual([(said[0].names as string[]).length, said[0].more], [8, 3])
})

test('other BER is not SNMP', () => {
  const certainty = (hex: string) => rehearse(protocol, [{ hex }]).certainty
  const bind = list(number(1), element('60', number(3), text(''), element('80')))
  assert.equal(certainty(bind), 0, 'LDAP')
  assert.equal(certainty(get + '00'), 0, 'longer than it says')
  assert.equal(certainty(message(2, 'public', pdu('a0', 0))), 0, 'no such version')
  assert.equal(certainty('30'), 0)
})

test('cut and flipped messages never throw', () => {
  const lines: Line[] = [get, answer, secured('04', plain)].map((hex) => ({ hex }))
  assert(batter(protocol, lines) > 5000)
})
