// A plug is found, switched, and told apart from what only begins like it.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse } from '../rehearse.ts'
import { protocol } from './tplink.ts'

const hide = (text: string): Buffer => {
  let key = 171
  return Buffer.from(Buffer.from(text).map((byte) => (key ^= byte)))
}
const framed = (text: string): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, hide(text)])
}
const ask = { bytes: hide('{"system":{"get_sysinfo":{}}}') }
const information = {
  system: {
    get_sysinfo: {
      err_code: 0,
      sw_ver: '1.5.6 Build 191114',
      hw_ver: '2.0',
      model: 'HS000(EU)',
      deviceId: '8006ABCDEF',
      alias: 'bedroom of a person',
      mac: '02:A1:B2:C3:D4:E5',
      mic_type: 'IOT.SMARTPLUGSWITCH',
      dev_name: 'Wi-Fi Smart Plug',
    },
  },
}
const answer = { from: 'responder' as const, bytes: hide(JSON.stringify(information)) }
const switched = { bytes: framed('{"system":{"set_relay_state":{"state":1}}}'), ipProtocol: 6 }

test('a plug tells model, versions and ids, not the name people gave it', () => {
  const { said, anomalies, certainty } = rehearse(protocol, [ask, answer])
  assert.equal(certainty, 2)
  assert.deepEqual(anomalies, [])
  assert.partialDeepStrictEqual(said, [
    { kind: 'request', commands: ['system.get_sysinfo'], operation: 'discovery' },
    {
      kind: 'response',
      model: 'HS000(EU)',
      type: 'IOT.SMARTPLUGSWITCH',
      description: 'Wi-Fi Smart Plug',
      hardware: '2.0',
      firmware: '1.5.6 Build 191114',
      mac: '02:A1:B2:C3:D4:E5',
      deviceId: '8006ABCDEF',
    },
  ])
  assert(!JSON.stringify(said).includes('bedroom'))
})

test('over TCP with a length; switching is control', () => {
  const { said, certainty } = rehearse(protocol, [switched])
  assert.equal(certainty, 2)
  assert.partialDeepStrictEqual(said, [
    { kind: 'request', commands: ['system.set_relay_state'], operation: 'control' },
  ])
  const halves = [switched.bytes.subarray(0, 9), switched.bytes.subarray(9)]
  const torn = rehearse(
    protocol,
    halves.map((bytes) => ({ bytes, ipProtocol: 6 })),
  )
  assert.deepEqual(torn.said, said)
})

test('the discovery of newer devices', () => {
  const json = Buffer.from('{"result":{"device_model":"P000","mac":"02-A1"},"error_code":0}')
  const header = Buffer.from('02000001000002000000000000000000', 'hex')
  header.writeUInt16BE(json.length, 4)
  const bytes = Buffer.concat([header, json])
  const { said, certainty } = rehearse(protocol, [{ bytes, sourcePort: 20002 }])
  assert.equal(certainty, 2)
  assert.partialDeepStrictEqual(said, [{ kind: 'response', model: 'P000', mac: '02-A1' }])
})

test('other bytes', () => {
  assert.equal(rehearse(protocol, [{ hex: 'd0f1aa' }]).certainty, 0)
  assert.equal(rehearse(protocol, [{ hex: '00000005d0f2', ipProtocol: 6 }]).certainty, 0)
  assert.deepEqual(rehearse(protocol, [{ hex: 'd0f2ffff' }]).anomalies, ['tplink-malformed'])
})

test('damaged messages do no harm', () => {
  assert(batter(protocol, [ask, switched]) > 0)
})
