// CDP frames built by hand from Cisco's description of the protocol.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { protocol } from './cdp.ts'

const value = (type: string, hex: string) => {
  const bare = hex.replace(/\s/g, '')
  return `${type}${(4 + bare.length / 2).toString(16).padStart(4, '0')}${bare}`
}
const text = (type: string, content: string) => value(type, Buffer.from(content).toString('hex'))
const snap = 'aaaa03 00000c 2000'
const frame = (values: string): Line => ({ hex: `${snap} 02 b4 0000 ${values}` })

const camera = frame(
  [
    text('0001', 'camera-12'),
    value('0002', '00000001 01 01 cc 0004 c0a8010c'),
    text('0003', 'eth0'),
    value('0004', '00000010'),
    text('0005', 'Acme OS 3.1'),
    text('0006', 'Acme Camera'),
    value('000a', '000a'),
    value('000e', '01 0014'),
  ].join(''),
)

test('a camera says what it is', () => {
  const { said, anomalies } = rehearse(protocol, [camera])
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said, [
    {
      kind: 'neighbour',
      chassis: 'camera-12',
      port: 'eth0',
      capabilities: ['station'],
      managementAddress: '192.168.1.12',
      software: 'Acme OS 3.1',
      model: 'Acme Camera',
      vlan: 10,
      voiceVlan: 20,
    },
  ])
})

test('an IPv6 management address stands before others', () => {
  const address = '00000001 02 08 aaaa0300000086dd 0010 fd000000000000000000000000000001'
  const values = text('0001', 's1') + value('0002', '00000001 01 01 cc 0004 c0a8010c')
  const { said } = rehearse(protocol, [frame(values + value('0016', address))])
  assert.equal(said[0].managementAddress, 'fd00::1')
})

test('VTP in the same frames is passed by, other organisations are foreign', () => {
  const other = rehearse(protocol, [{ hex: 'aaaa03 00000c 2003 0201' }])
  assert.deepEqual([other.said, other.progress], [[], 0])
  assert.equal(rehearse(protocol, [{ hex: 'aaaa03 00e02b 2000 0201' }]).progress, 3)
})

test('damaged frames break nothing', () => {
  assert(batter(protocol, [camera]) > 500)
  const cut = rehearse(protocol, [{ hex: `${snap} 02 b4 0000 ${text('0001', 'a')} 0003 00ff 65` }])
  assert.deepEqual([cut.said.length, cut.anomalies], [1, ['cdp-short']])
})
