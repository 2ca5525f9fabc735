// EAPOL frames built by hand from IEEE 802.1X, RFC 3748 and the Wi-Fi Simple Configuration
// attributes.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, type Line } from '../rehearse.ts'
import { protocol } from './eapol.ts'

const hexOf = (text: string) => Buffer.from(text).toString('hex')
const word = (value: number) => value.toString(16).padStart(4, '0')
const frame = (type: string, body = ''): Line => {
  const bare = body.replace(/\s/g, '')
  return { hex: `01${type}${word(bare.length / 2)}${bare}` }
}
const eap = (code: string, data: string) => {
  const bare = data.replace(/\s/g, '')
  return frame('00', `${code}05${word(4 + bare.length / 2)}${bare}`)
}
const attribute = (type: string, text: string) => `${type}${word(text.length)}${hexOf(text)}`

const start = frame('01')
const asked = eap('01', '01')
const answered = eap('02', `01 ${hexOf('sensor-7@plant')}`)
const tls = eap('01', '0d 20')
const success = eap('03', '')
const key = (information: string) => frame('03', `02 ${information} 0010 ${'00'.repeat(90)}`)
const setup = eap(
  '02',
  `fe 00372a 00000001 04 00 ${attribute('1021', 'Acme')} ${attribute('1023', 'Cam')} ` +
    `${attribute('1024', 'C1')} ${attribute('1042', 'SN1')} ${attribute('1011', 'porch')}`,
)

test('a device starts, names itself, and is let in', () => {
  const { said, anomalies } = rehearse(protocol, [start, asked, answered, tls, success])
  assert.deepEqual(anomalies, [])
  assert.deepEqual(said, [
    { kind: 'start' },
    { kind: 'eap', eap: 'identity', direction: 'request' },
    { kind: 'eap', eap: 'identity', direction: 'response', identity: 'sensor-7@plant' },
    { kind: 'eap', eap: 'tls', direction: 'request' },
    { kind: 'eap', direction: 'success' },
  ])
})

test('the four messages of a WPA handshake', () => {
  const { said } = rehearse(protocol, [key('008a'), key('010a'), key('13ca'), key('030a')])
  assert.deepEqual(
    said.map((fields) => fields.message),
    [1, 2, 3, 4],
  )
})

test('Wi-Fi Protected Setup names maker, model and serial number', () => {
  const { said } = rehearse(protocol, [setup])
  assert.equal(said[0].eap, 'wps')
  assert.deepEqual(said[0].device, {
    manufacturer: 'Acme',
    model: 'Cam',
    modelNumber: 'C1',
    serial: 'SN1',
    name: 'porch',
  })
})

test('frames that do not fit are counted', () => {
  const { said, anomalies } = rehearse(protocol, [{ hex: '0100 0040 01' }, frame('09')])
  assert.deepEqual([said, anomalies], [[], ['eapol-short', 'eapol-type']])
})

test('damaged frames break nothing', () => {
  assert(batter(protocol, [start, asked, answered, success, key('008a'), setup]) > 1000)
})
