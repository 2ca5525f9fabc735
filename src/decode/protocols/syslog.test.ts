// Both formats, and what devices make of them.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './syslog.ts'

const line = (text: string) => ({ bytes: Buffer.from(text) })
const ietf = line('<165>1 2026-11-22T01:02:03.004Z cam-1.example recorder 812 ID47 - secret text')
const bsd = line('<86>Nov  9 01:02:03 nas sshd[1234]: secret text')

test('host, program, facility and severity; never the text', () => {
  const { said, anomalies, certainty } = rehearse(protocol, [ietf, bsd])
  assert.equal(certainty, 1)
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said, [
    {
      kind: 'message',
      format: 'ietf',
      host: 'cam-1.example',
      app: 'recorder',
      facility: 20,
      severity: 5,
    },
    { kind: 'message', format: 'bsd', host: 'nas', app: 'sshd', facility: 10, severity: 6 },
  ])
  assert(!JSON.stringify(said).includes('secret'))
})

test('without time, without host, without anything', () => {
  const { said } = rehearse(protocol, [
    line('<4>kernel: out of memory'),
    line('<4>Nov  9 01:02:03 dnsmasq[9]: query'),
    line('<14>2026-11-22T01:02:03+01:00 plug app: on'),
    line('<14>whatever this is'),
    line('<165>1 - - - - - -'),
  ])
  assert.deepEqual(
    said.map(({ host, app }) => [host, app]),
    [
      [undefined, 'kernel'],
      [undefined, 'dnsmasq'],
      ['plug', 'app'],
      [undefined, undefined],
      [undefined, undefined],
    ],
  )
})

test('priorities that do not exist', () => {
  for (const text of ['<>x', '<192>x', '<1', 'x<1>', '<12345>x']) {
    assert.equal(rehearse(protocol, [line(text)]).certainty, 0, text)
  }
})

const overTcp = (text: string): Line => ({ ...line(text), ipProtocol: 6 })

test('over TCP: with lengths, and line by line', () => {
  const counted = overTcp('31 <13>Oct 11 22:14:15 nas su: no!29 <165>1 - cam-1 recorder - - -')
  const lines = overTcp('<13>Oct 11 22:14:15 nas su: no!\n<165>1 - cam-1 recorder - - -\n')
  const expected = [
    { kind: 'message', format: 'bsd', host: 'nas', app: 'su', facility: 1, severity: 5 },
    { kind: 'message', format: 'ietf', host: 'cam-1', app: 'recorder', facility: 20, severity: 5 },
  ]
  for (const each of [counted, lines]) {
    const { said, certainty, anomalies } = rehearse(protocol, [each])
    assert.deepEqual([certainty, said, anomalies], [1, expected, []])
    tear(protocol, [each])
    assert(batter(protocol, [each]) > 100)
  }
  // Port 514 over TCP was a remote shell's first.
  assert.equal(rehearse(protocol, [overTcp('1022\0root\0root\0ls\0')]).certainty, 0)
  assert.equal(rehearse(protocol, [overTcp('<999>a\n')]).progress, 3)
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, [ietf, bsd]) > 0)
})
