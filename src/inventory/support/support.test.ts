// End of support: dates as people write them, rows by their exactness, what is unknown said so.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { DAY } from '../../core/clock.ts'
import type { ObservedDevice } from '../documented/observed.ts'
import { joinSupport, thingOf } from './join.ts'
import { dateOf, readSupport } from './table.ts'

const day = (text: string) => new Date(dateOf(text) / 1000).toISOString()

test('dates: the last moment of what is named; what is ambiguous or no day is none', () => {
  assert.equal(day('2027-03-31'), '2027-03-31T23:59:59.999Z')
  assert.equal(day('31.3.2027'), '2027-03-31T23:59:59.999Z')
  assert.equal(day('2027/2'), '2027-02-28T23:59:59.999Z')
  assert.equal(day('2028'), '2028-12-31T23:59:59.999Z')
  for (const text of ['03/31/2027', '2027-02-30', '2027-13-01', 'soon', '31.02.2027']) {
    assert.ok(Number.isNaN(dateOf(text)), text)
  }
})

const TABLE = `Vendor,Model,Firmware,End of sale,End of support,URL
Axis Communications,P3245*,,2024-06-30,2029-06-30,https://example.org/p3245
Axis,P3245-LV,9.*,,2026-01-31,
Hikvision,,,,2026-12-01,
,IPCAM-4C*,,,2020-01-01,
Sonos,Play:1,,2018-01-01,,
Broken,X,,,soon,
`
const { rows, problems } = readSupport('t.csv', Buffer.from(TABLE))

let count = 0
function seen(manufacturer: string, model: string, firmware = ''): ObservedDevice {
  const attribute = (value: string) => ({ value, confidence: 0.9, said: [value] })
  return {
    id: `d${++count}`,
    name: '',
    kind: 'device',
    macs: [],
    addresses: [],
    attributes: {
      ...(manufacturer && { manufacturer: attribute(manufacturer) }),
      ...(model && { model: attribute(model) }),
      ...(firmware && { firmware: attribute(firmware) }),
    },
    lastSeen: 0,
    site: '',
    owner: '',
  }
}

const NOW = dateOf('2026-11-22') - DAY / 2
const state = (device: ObservedDevice) => {
  const things = [{ device, thing: thingOf(device) }]
  const [answer] = joinSupport(things, rows, { now: NOW, withinDays: 90 })
  return [answer.state, answer.row?.line ?? 0]
}

test('the most exact row that fits; makers by any of their names', () => {
  assert.deepEqual(state(seen('Axis', 'P3245-LVE')), ['unsold', 2])
  assert.deepEqual(state(seen('Axis', 'P3245-LV', '9.80.1')), ['ended', 3])
  assert.deepEqual(state(seen('Axis', 'P3245-LV', '11.2')), ['unsold', 2])
  assert.deepEqual(state(seen('Axis', 'M1065')), ['unknown', 0])
  assert.deepEqual(state(seen('Hikvision', 'DS-2CD')), ['ending', 4])
  assert.deepEqual(state(seen('Hikvision', '')), ['ending', 4])
  assert.deepEqual(state(seen('', 'IPCAM-4C21')), ['ended', 5])
  assert.deepEqual(state(seen('Sonos', 'PLAY:1')), ['unsold', 6])
  assert.deepEqual(state(seen('', '')), ['unknown', 0])
})

test('what cannot be used is told by line', () => {
  assert.deepEqual(problems, [
    { line: 7, what: "'soon' is no date" },
    { line: 7, what: 'no date: left out' },
  ])
  assert.throws(() => readSupport('x', Buffer.from('name,date\na,2027\n')), { code: 'no-columns' })
})

test('what has ended longest comes first, what nobody knows last', () => {
  const devices = [
    seen('', ''),
    seen('Hikvision', 'x'),
    seen('', 'IPCAM-4C21'),
    seen('Sonos', 'Play:1'),
  ]
  const things = devices.map((device) => ({ device, thing: thingOf(device) }))
  assert.deepEqual(
    joinSupport(things, rows, { now: NOW, withinDays: 90 }).map((answer) => answer.state),
    ['ended', 'ending', 'unsold', 'unknown'],
  )
})
