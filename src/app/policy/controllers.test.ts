// Controllers as a person says them: of all, of one, of a class; nobody controls itself.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Device } from '../../inventory/index.ts'
import { controllersFrom } from './controllers.ts'

const device = (id: string, mac: string, address: string) =>
  ({ id, macs: [mac], addresses: [{ address, first: 0, last: 0 }] }) as unknown as Device

const hub = device('d1', '02:00:00:00:00:01', '192.168.1.2')
const lamp = device('d2', '02:00:00:00:00:02', '192.168.1.3')
const lock = device('d3', '02:00:00:00:00:03', 'fd00::3')
const all = [hub, lamp, lock]

test('of every device, but never of itself', () => {
  const { controllers } = controllersFrom([{ of: '*', members: ['192.168.1.2'] }], all)
  assert.deepEqual(
    [...controllers!],
    [
      ['d2', ['d1']],
      ['d3', ['d1']],
    ],
  )
})

test('of one device, said by MAC; several statements add up', () => {
  const { controllers, classes } = controllersFrom(
    [
      { of: '02:00:00:00:00:03', members: ['192.168.1.2'] },
      { of: 'fd00::3', members: ['02:00:00:00:00:02'] },
    ],
    all,
  )
  assert.deepEqual([...controllers!], [['d3', ['d1', 'd2']]])
  assert.equal(classes, undefined)
})

test('of a class: devices that are known, and addresses in any case', () => {
  const uri = 'https://maker.example/hub'
  const { classes } = controllersFrom([{ of: uri, members: ['192.168.1.2', '203.0.113.9'] }], all)
  assert.deepEqual([...classes!], [[uri, ['d1', '192.168.1.2', '203.0.113.9']]])
})

test('who was never seen controls nobody', () => {
  assert.deepEqual(controllersFrom([{ of: '*', members: ['192.168.1.99'] }], all), {})
  assert.deepEqual(controllersFrom([{ of: '192.168.1.99', members: ['192.168.1.2'] }], all), {})
})
