// Messages built from RFC 6886 3 and RFC 6887 7 and 11.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { protocol } from './nat-pmp.ts'

const server = (hex: string): Line => ({ from: 'responder', hex })
const natPmp = [
  { hex: '0000' },
  server('0080 0000 002b3add c6336407'),
  { hex: '0002 0000 0050 1f90 00000e10' },
  server('0082 0002 002b3ae5 0050 1f90 00000e10'),
]
const none = '00'.repeat(10)
const once = 'aa'.repeat(12)
const pcp = [
  {
    hex: `0201 0000 00000078 ${none} ffff c0a8010a ${once} 11 000000 1f40 0000
      ${none} ffff 00000000`,
  },
  server(
    `0281 0000 00000078 00000001 ${'00'.repeat(12)} ${once} 11 000000 1f40 c350
      ${none} ffff c6336407`,
  ),
]

test('which port is opened to the internet, and whether the router does', () => {
  const { certainty, said, anomalies } = rehearse(protocol, natPmp)
  assert.deepEqual([certainty, anomalies], [1, []])
  const version = 'nat-pmp'
  const mapping = { protocol: 6, internalPort: 80, externalPort: 8080, lifetimeSeconds: 3600 }
  assert.deepEqual(said, [
    { kind: 'address-request', version },
    { kind: 'address', version, result: 0, externalAddress: '198.51.100.7' },
    { kind: 'mapping-request', version, ...mapping },
    { kind: 'mapping', version, ...mapping, result: 2 },
  ])
})

test('the same in PCP', () => {
  const { certainty, said, anomalies } = rehearse(protocol, pcp)
  assert.deepEqual([certainty, anomalies], [1, []])
  const mapping = { version: 'pcp', protocol: 17, internalPort: 8000, lifetimeSeconds: 120 }
  assert.deepEqual(said, [
    { kind: 'mapping-request', ...mapping, externalPort: 0 },
    {
      kind: 'mapping',
      ...mapping,
      externalPort: 50000,
      result: 0,
      externalAddress: '198.51.100.7',
    },
  ])
})

test('damaged messages do no harm', () => {
  assert.equal(rehearse(protocol, [{ hex: '0009' }]).certainty, 0)
  assert.deepEqual(rehearse(protocol, [{ hex: '0001 00' }]).anomalies, ['nat-pmp-malformed'])
  assert(batter(protocol, [...natPmp, ...pcp]) > 1000)
})
