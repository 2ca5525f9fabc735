// Observed against documented: who is whom, which fields differ, and that size does no harm.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { compare } from './comparison.ts'
import { observedFrom, type ObservedDevice } from './observed.ts'
import {
  changedRegister,
  changesIn,
  EMPTY_REGISTER,
  readRegister,
  registerText,
} from './register.ts'
import { columnMapping, readTable } from './table.ts'

const list = (text: string) => readTable('list.csv', Buffer.from(text), columnMapping([])).devices

let count = 0
function seen(told: {
  mac?: string
  address?: string
  name?: string
  manufacturer?: string
  type?: string
  confidence?: number
}): ObservedDevice {
  const attribute = (value?: string) =>
    value === undefined ? undefined : { value, confidence: told.confidence ?? 0.9, said: [value] }
  return {
    id: `d${++count}`,
    name: told.name ?? '',
    kind: 'device',
    macs: told.mac === undefined ? [] : [told.mac],
    addresses: told.address === undefined ? [] : told.address.split(' '),
    attributes: {
      hostname: attribute(told.name),
      manufacturer: attribute(told.manufacturer),
      type: attribute(told.type),
    },
    lastSeen: 0,
    site: '',
    owner: '',
  }
}

const MAC = '00:11:22:33:44:0'

test('three ways: only documented, only observed, both but differing by field', () => {
  const documented = list(
    'name,mac,ip,vendor,type,status\n' +
      `cam,${MAC}1,10.0.0.1,Axis Communications AB,camera,active\n` +
      `lamp,${MAC}2,10.0.0.2,Philips,light,active\n` +
      `old,${MAC}3,,,,decommissioned\n` +
      `gone,${MAC}9,,,,active\n`,
  )
  const observed = [
    seen({ mac: `${MAC}1`, address: '10.0.0.1', manufacturer: 'Axis', type: 'doorbell' }),
    seen({ mac: `${MAC}2`, address: '10.0.0.77', manufacturer: 'Shelly', type: 'light' }),
    seen({ mac: `${MAC}3` }),
    seen({ mac: `${MAC}7`, name: 'stranger' }),
  ]
  const { matched, documentedOnly, observedOnly, doubts } = compare(documented, observed)
  const differing = matched.map(({ documented: { name }, fields }) => [
    name,
    ...fields.filter(({ outcome }) => outcome === 'differs').map(({ field }) => field),
  ])
  assert.deepEqual(differing, [['cam'], ['lamp', 'address', 'manufacturer'], ['old', 'status']])
  assert.deepEqual(
    documentedOnly.map(({ name }) => name),
    ['gone'],
  )
  assert.deepEqual(
    observedOnly.map(({ name }) => name),
    ['stranger'],
  )
  assert.deepEqual(doubts, [])
})

test('by address a changed MAC is a difference; by name only where it is one of a kind', () => {
  const documented = list(
    `name,mac,ip\nplc-1,${MAC}1,10.0.0.1\nhmi.plant.example,,\ncam,,\ncam,,10.9.9.9\n`,
  )
  const observed = [
    seen({ mac: `${MAC}5`, address: '10.0.0.1' }),
    seen({ mac: `${MAC}6`, name: 'HMI' }),
    seen({ mac: `${MAC}7`, name: 'cam' }),
  ]
  const { matched, documentedOnly } = compare(documented, observed)
  assert.deepEqual(
    matched.map(({ documented: { name }, by, differs }) => [name, by, differs]),
    [
      ['plc-1', 'address', true],
      ['hmi.plant.example', 'name', false],
    ],
  )
  assert.equal(documentedOnly.length, 2)
})

test('two records for one device, and one address of two devices, are doubts', () => {
  const documented = list(`name,mac,ip\na,${MAC}1,\nb,${MAC}1,\nc,,10.0.0.5\n`)
  const observed = [
    seen({ mac: `${MAC}1` }),
    seen({ mac: `${MAC}2`, address: '10.0.0.5' }),
    seen({ mac: `${MAC}3`, address: '10.0.0.5' }),
  ]
  const { doubts, matched } = compare(documented, observed)
  assert.equal(matched.length, 1)
  assert.deepEqual(
    doubts.map(({ documented: { name } }) => name),
    ['b', 'c'],
  )
})

test('an address that moved on belongs to who has it now', () => {
  const observed = [
    seen({ mac: `${MAC}1`, address: '10.0.0.5 10.0.0.6' }),
    seen({ mac: `${MAC}2`, address: '10.0.0.5' }),
  ]
  const { matched } = compare(list('name,ip\nx,10.0.0.5\n'), observed)
  assert.deepEqual(matched[0].observed.macs, [`${MAC}2`])
})

test('what is hardly believed contradicts no list', () => {
  const documented = list(`name,mac,vendor\na,${MAC}1,Axis\n`)
  const observed = [seen({ mac: `${MAC}1`, manufacturer: 'Sony', confidence: 0.2 })]
  const [{ fields, differs }] = compare(documented, observed).matched
  assert.equal(differs, false)
  assert.equal(fields.find(({ field }) => field === 'manufacturer')?.outcome, 'not-seen')
})

test('100,000 records against 100,000 devices take seconds, not minutes', () => {
  const byte = (value: number) => (value & 255).toString(16).padStart(2, '0')
  const mac = (index: number) => `02:00:${byte(index >> 16)}:${byte(index >> 8)}:${byte(index)}:01`
  const rows = Array.from({ length: 100_000 }, (_, index) => `h${index},${mac(index)}`)
  const documented = list(`name,mac\n${rows.join('\n')}`)
  const observed = Array.from({ length: 100_000 }, (_, index) => seen({ mac: mac(index + 500) }))
  const { matched, documentedOnly, observedOnly } = compare(documented, observed)
  assert.deepEqual([matched.length, documentedOnly.length, observedOnly.length], [99_500, 500, 500])
})

test('the register: added, changed by field, missing; applied and read back', () => {
  const first = list(`id,name,mac,owner\n1,a,${MAC}1,Ada\n2,b,${MAC}2,\n`)
  const none = changesIn(EMPTY_REGISTER, first)
  assert.equal(none.added.length, 2)
  const register = changedRegister(EMPTY_REGISTER, none, { now: 5, dropMissing: false })
  const again = readRegister('r', registerText(register))
  assert.deepEqual(again, register)
  assert.equal(changesIn(again, first).same, 2)
  const second = list(`id,name,mac,owner\n1,a,${MAC}1,Bob\n3,c,${MAC}3,Cy\n3,c2,${MAC}4,Cy\n`)
  const changes = changesIn(again, second)
  assert.deepEqual(changes.changed[0].fields, [{ field: 'owner', before: 'Ada', after: 'Bob' }])
  assert.deepEqual(
    [changes.added.length, changes.missing.length, changes.repeated.length],
    [1, 1, 1],
  )
  const names = (dropMissing: boolean) =>
    changedRegister(again, changes, { now: 6, dropMissing }).devices.map(({ name }) => name)
  assert.deepEqual(
    [names(false), names(true)],
    [
      ['a', 'b', 'c'],
      ['a', 'c'],
    ],
  )
})

test('registers of newer versions and other documents are refused', () => {
  assert.throws(() => readRegister('r', '{"schemaVersion":2,"devices":[]}'), {
    code: 'bad-register',
    message: /newer/,
  })
  assert.throws(() => readRegister('r', 'x'), { code: 'bad-register' })
  assert.throws(() => observedFrom('s', '{"devices":[]}'), { code: 'not-a-document' })
})
