// S7comm messages built by hand: the layouts are those that open tools agree on.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './s7comm.ts'

const bare = (hex: string) => hex.replace(/\s/g, '')
const size = (hex: string, digits = 4) => (hex.length / 2).toString(16).padStart(digits, '0')
const ascii = (text: string) => Buffer.from(text, 'latin1').toString('hex')

/** Wraps S7 hex in TPKT and a COTP data unit. */
const data = (hex: string, from?: 'responder', mark = '80'): Line => {
  const body = bare(hex)
  return { from, hex: `0300${size('00'.repeat(7) + body)}02f0${mark}${body}` }
}

const job = (parameter: string, payload = '') =>
  data(`3201 0000 0001 ${size(bare(parameter))} ${size(bare(payload))} ${parameter} ${payload}`)
const acknowledge = (parameter: string, payload = '', error = '0000') =>
  data(
    `3203 0000 0001 ${size(bare(parameter))} ${size(bare(payload))} ${error} ` +
      `${parameter} ${payload}`,
    'responder',
  )
const userdata = (parameter: string, payload: string, from?: 'responder') =>
  data(
    `3207 0000 0001 ${size(bare(parameter))} ${size(bare(payload))} ${parameter} ${payload}`,
    from,
  )

const connect: Line = { hex: '0300 0016 11 e0 0000 0001 00 c1 02 0100 c2 02 0102 c0 01 0a' }
const confirm: Line = {
  from: 'responder',
  hex: '0300 0016 11 d0 0001 0005 00 c0 01 0a c1 02 0100 c2 02 0102',
}
const setup = job('f0 00 0001 0001 01e0')
const read = job('04 01 12 0a 10 02 0004 0001 84 000000')
const readAnswer = acknowledge('04 01', 'ff 04 0020 01020304')
const write = job('05 01 12 0a 10 02 0001 0000 83 000320', '00 04 0008 ff')
const stop = job(`29 0000000000 09 ${ascii('P_PROGRAM')}`)
const start = job(`28 000000000000fd 0000 09 ${ascii('P_PROGRAM')}`)
const download = job(`1a 00 0100 00000000 09 ${ascii('_0A00001P')} 0d 31 303030323038303030313730`)
const askList = userdata('000112 04 11 44 01 00', 'ff 09 0004 001c 0000')

const text = (index: number, value: string) =>
  index.toString(16).padStart(4, '0') + ascii(value.padEnd(32, '\0'))
const component = [text(1, 'SIMATIC 300'), text(2, 'CPU 315'), text(5, 'S C-X4U421302009')].join('')
const list = userdata(
  '000112 08 12 84 01 01 00 00 0000',
  `ff 09 ${size(component + '0'.repeat(16))} 001c 0000 0022 0003 ${component}`,
  'responder',
)
const modules =
  `0001${ascii('6ES7 315-2EH14-0AB0 ')}00c000040001` +
  `0006${ascii('6ES7 315-2EH14-0AB0 ')}00c000040001` +
  `0007${ascii('                    ')}00c056030206`
const moduleList = userdata(
  '000112 08 12 84 01 01 00 00 0000',
  `ff 09 005c 0011 0000 001c 0003 ${modules}`,
  'responder',
)
const stationText = '1;6ES7 211-1BE31-0XB0 ;V3.0'
const plus = data('7201 0010 31 0000 04ca 0000 00000001 00000120 36 72010000')
const plusAnswer = data(
  `7201 0030 32 0000 04ca 0000 0001 36 a3823f0015${size(ascii(stationText), 2)}` +
    `${ascii(stationText)} 72010000`,
  'responder',
)

test('connect, set-up with rack and slot, read and write', () => {
  const { said, certainty } = rehearse(protocol, [connect, confirm, setup, read, readAnswer, write])
  assert.equal(certainty, 2)
  assert.deepEqual(said, [
    {
      kind: 'job',
      function: 0xf0,
      name: 'setup communication',
      operation: 'other',
      rack: 0,
      slot: 2,
    },
    {
      kind: 'job',
      function: 4,
      name: 'read variable',
      operation: 'read',
      items: 1,
      area: 'data block',
      database: 1,
    },
    { kind: 'ack-data', function: 4, name: 'read variable', operation: 'read' },
    {
      kind: 'job',
      function: 5,
      name: 'write variable',
      operation: 'write',
      items: 1,
      area: 'flags',
      database: 0,
    },
  ])
})

test('start, stop and download are control, and name what they touch', () => {
  const { said } = rehearse(protocol, [stop, start, download])
  assert.deepEqual(
    said.map((fields) => [fields.name, fields.operation, fields.block]),
    [
      ['PLC stop', 'control', undefined],
      ['PLC start', 'control', 'P_PROGRAM'],
      ['request download', 'control', '_0A00001P'],
    ],
  )
})

test('a refused job says its error', () => {
  const { said } = rehearse(protocol, [acknowledge('05 01', '', '8500')])
  assert.equal(said[0].error, 0x8500)
})

test('system status lists identify the module', () => {
  const { said } = rehearse(protocol, [askList, list, moduleList])
  assert.equal(said[0].szl, 0x1c)
  assert.deepEqual(said[1].values, {
    plantName: 'SIMATIC 300',
    moduleName: 'CPU 315',
    serial: 'S C-X4U421302009',
  })
  assert.deepEqual(said[2].values, {
    orderNumber: '6ES7 315-2EH14-0AB0',
    hardware: '6ES7 315-2EH14-0AB0',
    firmware: 'V3.2.6',
  })
})

test('S7comm-plus: the session names order number and firmware', () => {
  const { said, certainty } = rehearse(protocol, [plus, plusAnswer])
  assert.equal(certainty, 2)
  assert.deepEqual(said[1], {
    kind: 'ack-data',
    function: 0x04ca,
    name: 'create object',
    operation: 'other',
    values: { orderNumber: '6ES7 211-1BE31-0XB0', firmware: 'V3.0' },
    plus: true,
  })
})

test('S7comm-plus: housekeeping, process values and the operating state are told apart', () => {
  const set = (object: string) =>
    data(`7202 0020 31 0000 0542 0000 0002 000003be 34 ${object} 0101 72020000`)
  const { said } = rehearse(protocol, [set('000003be'), set('00000000'), set('00000034')])
  assert.deepEqual(
    said.map((fields) => fields.operation),
    ['other', 'write', 'control'],
  )
})

test('what continues a data unit is not read as a message', () => {
  const { said, anomalies } = rehearse(protocol, [
    read,
    data('3201 0000 0001 0002 0000 0401', undefined, '00'),
    data('3201 ffff', undefined, '80'),
    read,
  ])
  assert.equal(said.length, 3)
  assert.deepEqual(anomalies, [])
})

test('an empty data unit that is not marked as last opens nothing', () => {
  const { said } = rehearse(protocol, [data('', undefined, '00'), read])
  assert.equal(said.length, 1)
})

test('MMS, RDP and H.323 over TPKT are not S7', () => {
  for (const selectors of ['c2 02 0001 c1 02 0000', 'c2 02 0200 c1 02 0002']) {
    const mms = `0300 0016 11 e0 0000 0001 00 c0 01 0d ${selectors}`
    assert.equal(rehearse(protocol, [{ hex: mms }]).certainty, 0)
  }
  const rdp = '0300 0013 0e e0 0000 0000 00 01 00 0800 03000000'
  assert.equal(rehearse(protocol, [{ hex: rdp }]).certainty, 0)
  assert.equal(rehearse(protocol, [data('0d 20 05 06')]).progress, 3)
})

test('messages torn over segments and damaged messages', () => {
  tear(protocol, [connect, setup, read, readAnswer, list])
  const lines = [connect, confirm, setup, read, readAnswer, write, stop, start, download]
  assert(batter(protocol, [...lines, askList, list, moduleList, plus, plusAnswer]) > 1000)
})
