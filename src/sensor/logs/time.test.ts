// Times of logs: exact to the microsecond in every form they are written in.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { isoTime } from '../../core/clock.ts'
import { epochTime, isoToTime, millisecondsTime, secondsTime } from './time.ts'

const MICROSECONDS = fc.integer({ min: 0, max: 4_102_444_800_000_000 })

test('epoch seconds as text and as a JSON number are exact', () => {
  fc.assert(
    fc.property(MICROSECONDS, (time) => {
      const text = `${Math.floor(time / 1e6)}.${String(time % 1e6).padStart(6, '0')}`
      assert.equal(epochTime(text), time)
      assert.equal(secondsTime(JSON.parse(text) as number), time)
    }),
  )
})

test('ISO 8601 with any offset is exact', () => {
  fc.assert(
    fc.property(MICROSECONDS, fc.integer({ min: -14 * 60, max: 14 * 60 }), (time, offset) => {
      const minutes = Math.abs(offset)
      const pad = (value: number) => String(value).padStart(2, '0')
      const zone = `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}${pad(minutes % 60)}`
      const local = isoTime(time + offset * 60_000_000).replace('Z', zone)
      if (time + offset * 60_000_000 < 0) return
      assert.equal(isoToTime(local), time, local)
    }),
  )
  assert.equal(isoToTime('2021-06-06T15:59:46.457984+0200'), 1622987986457984)
  assert.equal(isoToTime('2021-06-06T15:59:46+02:00'), 1622987986000000)
  assert.equal(isoToTime('2021-06-06 13:59:46Z'), 1622987986000000)
  assert.equal(isoToTime('2021-06-06T13:59:46.5'), 1622987986500000)
})

test('odd forms', () => {
  assert.equal(epochTime('1.7e9'), 1_700_000_000_000_000)
  assert.equal(epochTime('1700000000'), 1_700_000_000_000_000)
  assert.equal(epochTime('0.0000019'), 1)
  assert.equal(millisecondsTime(1_655_297_623_950), 1_655_297_623_950_000)
  for (const broken of ['', '-', '-1', 'XXXXXXXXXX.XXXXXX', '1.2.3', '9'.repeat(40), 'Infinity']) {
    assert.ok(Number.isNaN(epochTime(broken)), broken)
  }
  for (const broken of ['', 'now', '2021-06-06', '2021-06-06T15:59:46.+0200', '21-06-06T1:2:3Z']) {
    assert.ok(Number.isNaN(isoToTime(broken)), broken)
  }
})
