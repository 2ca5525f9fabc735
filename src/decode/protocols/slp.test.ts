// Messages built from RFC 2608 8.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './slp.ts'

const u16 = (value: number) => value.toString(16).padStart(4, '0')
const text = (content: string) => u16(content.length) + Buffer.from(content).toString('hex')
const message = (kind: string, body: string, from: Line['from'] = 'originator'): Line => {
  const rest = `0000 000000 0042 ${text('en')}${body}`.replace(/\s/g, '')
  return { from, hex: `02${kind}00${u16(5 + rest.length / 2)}${rest}` }
}
const url = (content: string) => `00 ffff ${text(content)} 00`
const session = [
  message('01', text('') + text('service:printer') + text('DEFAULT') + text('') + text('')),
  message('02', `0000 0002 ${url('service:printer:lpr://192.0.2.9/a')}${url('b:/')}`, 'responder'),
  message('06', text('') + text('service:printer') + text('') + text('') + text('')),
  message('07', `0000 ${text('(x-make=Acme)')} 00`, 'responder'),
  message(
    '03',
    url('service:camera://c') + text('service:camera') + text('DEFAULT') + text('(a=1)') + '00',
  ),
  message(
    '08',
    `0000 00000001 ${text('service:directory-agent://d')}${text('')}${text('')}${text('')}00`,
  ),
  message('0a', `0000 ${text('service:a,service:b')}`, 'responder'),
]

test('what is asked for, offered, registered', () => {
  const { certainty, said, anomalies } = rehearse(protocol, session)
  assert.equal(certainty, 2)
  assert.deepEqual(
    said.map(({ kind, type, urls, types, attributes }) => [
      kind,
      type ?? urls ?? types ?? attributes,
    ]),
    [
      ['service-request', 'service:printer'],
      ['service-reply', ['service:printer:lpr://192.0.2.9/a', 'b:/']],
      ['attribute-request', ['service:printer']],
      ['attribute-reply', '(x-make=Acme)'],
      ['registration', 'service:camera'],
      ['directory', ['service:directory-agent://d']],
      ['types-reply', ['service:a', 'service:b']],
    ],
  )
  assert.deepEqual(anomalies, [])
})

test('over TCP in pieces; the first version by its number', () => {
  const overTcp = [session[0], session[1]].map((line) => ({ ...line, ipProtocol: 6 }))
  tear(protocol, overTcp)
  const first = { hex: `0101 001e 0000 656e 0003 0001 ${'00'.repeat(18)}` }
  const { certainty, said } = rehearse(protocol, [first])
  assert.deepEqual([certainty, said], [1, [{ kind: 'service-request', version: 1 }]])
})

test('damaged messages do no harm', () => {
  assert.equal(rehearse(protocol, [{ hex: '0220000000' }]).certainty, 0)
  assert(batter(protocol, session) > 1000)
})
