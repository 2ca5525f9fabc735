// LLDP frames built by hand from IEEE 802.1AB, TIA-1057 and RFC 8520.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { protocol } from './lldp.ts'

const value = (type: number, hex: string) => {
  const bare = hex.replace(/\s/g, '')
  return ((type << 9) | (bare.length / 2)).toString(16).padStart(4, '0') + bare
}
const ascii = (text: string) => Buffer.from(text).toString('hex')
const med = (subtype: string, text: string) => value(127, `0012bb${subtype}${ascii(text)}`)

const phone: Line = {
  hex: [
    value(1, '04 020000000007'),
    value(2, `07 ${ascii('eth0')}`),
    value(3, '0078'),
    value(4, ascii('LAN port')),
    value(5, ascii('phone-7')),
    value(6, ascii('Acme Phone 7\nbuild 12')),
    value(7, '0024 0024'),
    value(8, '05 01 c0a80107 02 00000001 00'),
    value(127, '0080c2 01 000a'),
    value(127, '0012bb 01 0033 03'),
    med('05', 'A1'),
    med('06', 'boot 2'),
    med('07', '7.1.2'),
    med('08', 'SN123'),
    med('09', 'Acme'),
    med('0a', 'Phone 7'),
    med('0b', 'asset-9'),
    value(127, `00005e 01 ${ascii('https://acme.example/phone7.json')}`),
    value(0, ''),
    '0000',
  ].join(''),
}
const station: Line = {
  hex: [
    value(1, `07 ${ascii('press-3')}`),
    value(2, `07 ${ascii('port-001')}`),
    value(3, '0014'),
    value(127, '000ecf 02 00000000'),
    value(127, '000ecf 05 020000000008'),
    value(0, ''),
  ].join(''),
}

test('a phone says everything', () => {
  const { said, anomalies } = rehearse(protocol, [phone])
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said, [
    {
      kind: 'neighbour',
      chassis: '02:00:00:00:00:07',
      port: 'eth0',
      mac: '02:00:00:00:00:07',
      portDescription: 'LAN port',
      systemName: 'phone-7',
      description: 'Acme Phone 7.build 12',
      capabilities: ['bridge', 'telephone'],
      managementAddress: '192.168.1.7',
      vlan: 10,
      deviceClass: 3,
      hardware: 'A1',
      firmware: 'boot 2',
      software: '7.1.2',
      serial: 'SN123',
      manufacturer: 'Acme',
      model: 'Phone 7',
      asset: 'asset-9',
      mudUrl: 'https://acme.example/phone7.json',
    },
  ])
})

test('a PROFINET device names its station and its MAC', () => {
  const { said } = rehearse(protocol, [station])
  assert.equal(said[0].stationName, 'press-3')
  assert.equal(said[0].mac, '02:00:00:00:00:08')
  const port = value(2, `07 ${ascii('port-002.valve-1')}`)
  const later =
    value(1, `07 ${ascii('Acme Valve  V1.0')}`) + port + value(127, '000ecf 02 00000000')
  assert.equal(rehearse(protocol, [{ hex: later + '0000' }]).said[0].stationName, 'valve-1')
})

test('an IPv6 management address', () => {
  const ids = value(1, '04 020000000007') + value(2, '03 020000000008')
  const address = value(8, '11 02 fd000000000000000000000000000001 02 00000001 00')
  const { said } = rehearse(protocol, [{ hex: `${ids}${address}0000` }])
  assert.equal(said[0].managementAddress, 'fd00::1')
  assert.equal(said[0].port, '02:00:00:00:00:08')
})

test('a frame that ends too early is said and counted; one without ids is only counted', () => {
  const cut = (phone.hex ?? '').slice(0, 120)
  const { said, anomalies } = rehearse(protocol, [{ hex: cut }])
  assert.deepEqual([said.length, anomalies], [1, ['lldp-short']])
  assert.equal(rehearse(protocol, [{ hex: '0207' }]).said.length, 0)
})

test('damaged frames break nothing', () => {
  assert(batter(protocol, [phone, station]) > 1000)
})
