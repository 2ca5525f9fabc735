// Delivery: in order, at least once, with pauses that grow; what is refused does not hold up the
// rest; what was dropped is told.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { Courier } from './courier.ts'
import { Outbox, type OutboxOptions } from './outbox.ts'
import { FakeTarget, messageOf } from './rehearse.ts'

const root = mkdtempSync(join(tmpdir(), 'thingward-courier-'))
after(() => rmSync(root, { recursive: true }))
let count = 0
const FRESH = { now: () => messageOf(0).at }

async function courier(target: FakeTarget, options: OutboxOptions = FRESH, path = String(++count)) {
  const outbox = await Outbox.open(join(root, path), options)
  return { path, courier: new Courier({ outbox, target, pauseFirstMs: 5 }) }
}

const ids = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => messageOf(from + index).id)

test('all arrive, in order, also while the receiver stumbles', async () => {
  const target = new FakeTarget()
  for (let stumble = 0; stumble < 4; stumble++) {
    target.next.push(() => ({ delivered: 0, problem: 'away' }))
    target.next.push(({ length }) => ({ delivered: Math.min(3, length), problem: 'gone again' }))
  }
  const { courier: one } = await courier(target)
  for (let number = 0; number < 50; number++) one.offer(messageOf(number))
  const health = await one.close(5000)
  assert.deepEqual(target.arrived, ids(0, 50))
  assert.deepEqual([health.delivered, health.waiting, health.problem], [50, 0, ''])
})

test('what the receiver refuses is set aside, the rest goes on', async () => {
  const target = new FakeTarget()
  target.next.push(() => ({ delivered: 2, refused: 'refused with 400' }))
  const { courier: one } = await courier(target)
  for (let number = 0; number < 5; number++) one.offer(messageOf(number))
  const health = await one.close(5000)
  assert.deepEqual(target.arrived, [...ids(0, 2), ...ids(3, 5)])
  assert.deepEqual([health.delivered, health.refused], [4, 1])
})

test('a receiver that is away: nothing is lost, the next run delivers it first', async () => {
  const away = new FakeTarget()
  away.next.push(...Array.from({ length: 1000 }, () => () => ({ delivered: 0, problem: 'away' })))
  const { courier: one, path } = await courier(away)
  for (let number = 0; number < 5; number++) one.offer(messageOf(number))
  const left = await one.close(500)
  assert.deepEqual([left.waiting, left.problem], [5, 'away'])
  assert.ok(away.attempts < 12, `${away.attempts} attempts in half a second: pauses have to grow`)
  const target = new FakeTarget()
  const { courier: two } = await courier(target, FRESH, path)
  two.offer(messageOf(5))
  await two.close(5000)
  assert.deepEqual(target.arrived, ids(0, 6))
})

test('a pause that the receiver asks for is kept', async () => {
  const target = new FakeTarget()
  target.next.push(() => ({ delivered: 0, problem: 'answers 429', waitMs: 300 }))
  const { courier: one } = await courier(target)
  const start = Date.now()
  one.offer(messageOf(0))
  await one.close(5000)
  assert.ok(Date.now() - start >= 300)
  assert.equal(target.attempts, 2)
})

test('dropped findings are told to the receiver', async () => {
  const target = new FakeTarget()
  target.next.push(...Array.from({ length: 8 }, () => () => ({ delivered: 0, problem: 'away' })))
  const { courier: one } = await courier(target, { ...FRESH, bytesMax: 4000, segmentBytes: 1000 })
  for (let number = 0; number < 30; number++) {
    one.offer(messageOf(number))
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  const health = await one.close(5000)
  assert.ok(health.dropped > 5)
  assert.equal(target.arrived.filter((id) => id.startsWith('dropped-')).length, 1)
  assert.equal(health.delivered, 30 - health.dropped + 1)
})
