// Ubiquiti's discovery in both versions, built by hand after what devices send.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { protocol } from './ubiquiti.ts'

const value = (type: string, hex: string) => {
  const bare = hex.replace(/\s/g, '')
  return `${type}${(bare.length / 2).toString(16).padStart(4, '0')}${bare}`
}
const text = (type: string, content: string) => value(type, Buffer.from(content).toString('hex'))
const packet = (head: string, ...values: string[]): Line => {
  const content = values.join('')
  return { hex: `${head}${(content.length / 2).toString(16).padStart(4, '0')}${content}` }
}

const MAC = '020000000a01'
const gateway = packet(
  '0206',
  value('02', `${MAC} c0a80115`),
  value('02', '020000000a02 0a000001'),
  value('0a', '0000de60'),
  text('0b', 'attic'),
  text('03', 'UniFiGateway.ER-e120.v4.3.33.4936086.161203.2031'),
  text('15', 'UGW3'),
)

test('what a gateway says of itself', () => {
  const { certainty, said, anomalies } = rehearse(protocol, [gateway])
  assert.deepEqual([certainty, anomalies], [2, []])
  assert.deepEqual(said, [
    {
      kind: 'device',
      mac: '02:00:00:00:0a:01',
      addresses: ['192.168.1.21', '10.0.0.1'],
      uptimeSeconds: 56_928,
      hostname: 'attic',
      product: 'UniFiGateway',
      firmware: '4.3.33.4936086',
      model: 'UGW3',
    },
  ])
})

test('a request, and an answer of version 1', () => {
  const radio = packet('0100', value('01', MAC), text('0d', 'plant'), text('14', 'NanoStation M5'))
  const { certainty, said } = rehearse(protocol, [{ hex: '01000000' }, radio])
  assert.equal(certainty, 2)
  assert.deepEqual(said, [
    { kind: 'request' },
    { kind: 'device', mac: '02:00:00:00:0a:01', ssid: 'plant', product: 'NanoStation M5' },
  ])
})

test('damaged and other packets', () => {
  assert.equal(rehearse(protocol, [{ hex: '01000005 0100' }]).certainty, 0)
  assert.equal(rehearse(protocol, [{ hex: '02060004 07000100' }]).certainty, 0)
  assert(batter(protocol, [gateway, { hex: '01000000' }]) > 500)
})
