// Both formats, and what devices make of them.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
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

test('damaged messages do no harm', () => {
  assert(batter(protocol, [ietf, bsd]) > 0)
})
