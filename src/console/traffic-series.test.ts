// Traffic over time: gaps become nothing, scales end at round numbers, axes have round times.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { measureOf, roundTop, series, ticks } from './browser/screens/traffic/series.ts'

const point = (time: string, bytes: number) => ({ time, bytes, packets: 1, flows: 1 })

test('points that are left out are zeroes, values are per second', () => {
  const { from, to, values, top } = series(
    {
      step: 5,
      points: [point('2026-11-22T02:50:00.000000Z', 500), point('2026-11-22T02:50:15.000000Z', 10)],
    },
    'bytes',
  )
  assert.deepEqual(values, [100, 0, 0, 2])
  assert.equal(to - from, 20_000)
  assert.equal(top, 100)
})

test('a stray point years away does not fill the memory', () => {
  const points = [point('1971-01-01T00:00:00Z', 1), point('2026-01-01T00:00:00Z', 1)]
  assert.ok(series({ step: 1, points }, 'flows').values.length <= 4000)
})

test('scales end at 1, 2, 2.5 or 5 times a power of ten', () => {
  assert.deepEqual([0, 1, 1.1, 24, 26, 51, 999].map(roundTop), [1, 1, 2, 25, 50, 100, 1000])
})

test('an axis has few, evenly spaced times', () => {
  const from = Date.parse('2026-11-22T02:50:07Z')
  const found = ticks(from, from + 422_000, 8)
  assert.ok(found.length > 2 && found.length <= 8)
  const steps = new Set(found.slice(1).map((time, at) => time - found[at]))
  assert.deepEqual([...steps], [60_000])
  assert.equal(found[0] % 60_000, 0)
})

test('an unknown measure in an address is bytes', () => {
  assert.deepEqual(
    [measureOf(undefined), measureOf('x'), measureOf('flows')],
    ['bytes', 'bytes', 'flows'],
  )
})
