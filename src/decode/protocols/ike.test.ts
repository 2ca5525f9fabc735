// IKE headers and payloads built from RFC 7296 3 and RFC 2408 3.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { protocol } from './ike.ts'

const payload = (next: string, hex: string) =>
  `${next}00${(4 + hex.length / 2).toString(16).padStart(4, '0')}${hex}`
const packet = (head: string, payloads: string): string => {
  const bare = head.replace(/\s/g, '')
  const length = (28 + payloads.length / 2).toString(16).padStart(8, '0')
  return `${'a1'.repeat(8)}${'00'.repeat(8)}${bare}00000000${length}${payloads}`
}
const vendor = Buffer.from('strongSwan').toString('hex')
const init = packet(
  '21 20 22 08',
  payload('2b', '00'.repeat(8)) + payload('2b', vendor) + payload('00', 'ff'.repeat(16)),
)
const main = packet('01 10 02 00', payload('0d', '00'.repeat(4)) + payload('00', vendor))

test('version, exchange and the programs that name themselves', () => {
  const lines: Line[] = [
    { hex: init },
    { from: 'responder', hex: packet('21 20 22 20', '') },
    { hex: main },
    { hex: packet('08 10 20 01', payload('00', vendor)) },
  ]
  const { certainty, said, anomalies } = rehearse(protocol, lines)
  assert.deepEqual([certainty, anomalies], [2, []])
  assert.deepEqual(said, [
    { kind: 'exchange', version: '2', exchange: 'init', vendors: ['strongSwan'] },
    { kind: 'exchange', version: '2', exchange: 'init', response: true },
    { kind: 'exchange', version: '1', exchange: 'main', vendors: ['strongSwan'] },
    { kind: 'exchange', version: '1', exchange: 'quick' },
  ])
})

test('behind NAT: a marker before it, ESP and keep-alives between', () => {
  const at = { destinationPort: 4500 }
  const { certainty, said } = rehearse(protocol, [
    { hex: `00000000${init}`, ...at },
    { hex: `11223344${init}`, ...at },
    { hex: 'ff', ...at },
  ])
  assert.deepEqual([certainty, said.length], [2, 1])
})

test('others and damage', () => {
  assert.equal(rehearse(protocol, [{ hex: packet('21 20 02 08', '') }]).certainty, 0)
  assert.equal(rehearse(protocol, [{ hex: '00'.repeat(40) }]).certainty, 0)
  assert(batter(protocol, [{ hex: init }, { hex: main }]) > 500)
})
