// Traffic over time: nothing gets lost when bins double or begin earlier.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { HOUR, SECOND } from '../core/clock.ts'
import { Flow } from '../flow/index.ts'
import { Timeline } from './timeline.ts'

const START = 1_700_000_000 * SECOND
const flow = (first: number, last: number, bytes: number) =>
  Object.assign(new Flow(), { first, last, originatorBytes: bytes })

test('bytes and flows are kept whatever the order of ends', () => {
  const timeline = new Timeline()
  timeline.flowEnd(flow(START + 100 * SECOND, START + 101 * SECOND, 2000))
  timeline.flowEnd(flow(START, START + 200 * SECOND, 8000))
  timeline.flowEnd(flow(START + 9 * HOUR, START + 9 * HOUR, 500))
  timeline.flowEnd(flow(START - 3 * HOUR, START - 3 * HOUR, 700))
  const points = timeline.points()
  const sum = (of: (point: (typeof points)[number]) => number) =>
    points.reduce((total, point) => total + of(point), 0)
  assert.equal(
    sum((point) => point.flows),
    4,
  )
  assert.ok(Math.abs(sum((point) => point.bytes) - 11_200) <= points.length)
  assert.ok(points[0].time <= START - 3 * HOUR)
  assert.ok(points.length <= 240)
})

test('without traffic there is no picture', () => {
  assert.deepEqual(new Timeline().points(), [])
})
