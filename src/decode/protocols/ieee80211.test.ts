// Management frames built from IEEE 802.11-2020 9.3.3 and the Wi-Fi Simple Configuration document.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { protocol } from './ieee80211.ts'

const bare = (hex: string) => hex.replace(/\s/g, '')
const octet = (value: number) => value.toString(16).padStart(2, '0')
const hexOf = (text: string) => Buffer.from(text).toString('hex')
const element = (id: number, hex: string) => octet(id) + octet(bare(hex).length / 2) + bare(hex)
const attribute = (type: string, hex: string) =>
  type + (bare(hex).length / 2).toString(16).padStart(4, '0') + bare(hex)

const AP = '0200000000a0'
const STATION = '0200000000b0'
const ALL = 'ffffffffffff'
const frame = (control: string, to: string, from: string, body: string): Line => ({
  hex: `${control} 0000 ${to} ${from} ${AP} 1000 ${body}`,
})
const TIMES = '0102030405060708 6400'
const rsn = element(48, '0100 000fac04 0100 000fac04 0200 000fac02 000fac08 0000')
const setup = element(
  221,
  [
    '0050f204',
    attribute('104a', '10'),
    attribute('1021', hexOf('Acme')),
    attribute('1023', hexOf('Gate 7')),
    attribute('1042', hexOf('S-1')),
    attribute('1011', hexOf('gate')),
    attribute('1054', '0006 0050f204 0001'),
  ].join(''),
)
const beacon = (traffic: string): Line =>
  frame(
    '8000',
    ALL,
    AP,
    `${TIMES} 1100 ${element(0, hexOf('plant'))} ${element(3, '06')} ${element(5, traffic)}
     ${element(7, '444520 010d14')} ${rsn} ${setup}`,
  )

test('a network, what protects it and what makes it; once as long as it stays the same', () => {
  const { said, anomalies } = rehearse(protocol, [beacon('00010000'), beacon('01010000')])
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said, [
    {
      kind: 'beacon',
      bssid: '02:00:00:00:00:a0',
      ssid: 'plant',
      channel: 6,
      country: 'DE',
      protection: ['wpa2-personal', 'wpa3-personal'],
      manufacturer: 'Acme',
      model: 'Gate 7',
      serial: 'S-1',
      deviceName: 'gate',
      deviceType: 'network-infrastructure',
    },
  ])
})

test('hidden, open, WEP and old WPA networks', () => {
  const { said } = rehearse(protocol, [
    frame('8000', ALL, AP, `${TIMES} 0100 ${element(0, '0000')}`),
    frame('8000', ALL, AP, `${TIMES} 1100 ${element(0, '')}`),
    frame('5000', STATION, AP, `${TIMES} 1100 ${element(221, '0050f201 0100')}`),
  ])
  assert.deepEqual(
    said.map(({ kind, ssid, protection }) => [kind, ssid, protection]),
    [
      ['beacon', '', ['open']],
      ['beacon', '', ['wep']],
      ['probe-response', undefined, ['wpa']],
    ],
  )
})

const joins = [
  frame('4000', ALL, STATION, element(0, hexOf('home'))),
  frame('b000', AP, STATION, '0000 0100 0000'),
  frame('0000', AP, STATION, `3104 0a00 ${element(0, hexOf('plant'))}`),
  frame('1000', STATION, AP, '3104 1100 0000'),
  frame('c000', STATION, AP, '0700'),
  frame('c000', STATION, AP, '0700'),
]

test('who looks, joins, is refused and thrown out, each time', () => {
  const { said } = rehearse(protocol, joins)
  assert.deepEqual(
    said.map(({ kind, ssid, status, reason }) => [kind, ssid ?? status ?? reason]),
    [
      ['probe-request', 'home'],
      ['authentication', 0],
      ['association-request', 'plant'],
      ['association-response', 17],
      ['deauthentication', 7],
      ['deauthentication', 7],
    ],
  )
})

test('encrypted and other frames say nothing', () => {
  const { said, progress } = rehearse(protocol, [
    frame('c040', STATION, AP, '0700'),
    frame('d000', STATION, AP, '0700'),
    frame('0841', STATION, AP, 'aaaa'),
  ])
  assert.deepEqual([said, progress], [[], 0])
})

test('damaged frames do no harm', () => {
  assert(batter(protocol, [beacon('00010000'), ...joins]) > 1000)
  const { said, anomalies } = rehearse(protocol, [frame('4000', ALL, STATION, '0004 6161')])
  assert.deepEqual([said.length, anomalies], [1, ['ieee80211-short']])
})
