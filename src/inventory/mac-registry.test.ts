// The IEEE's list as it is installed, and none at all.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { parseMac } from '../core/addresses.ts'
import { loadMacRegistry, MacRegistry } from './mac-registry.ts'

const registry = loadMacRegistry()
const of = (mac: string) => registry.organisation(parseMac(mac))

test('large, medium and small blocks are told apart', () => {
  assert.equal(of('00:17:88:10:00:02'), 'Philips Lighting BV')
  assert.equal(of('00:00:00:00:00:01'), 'XEROX CORPORATION')
  // 00:55:DA is divided into 28-bit blocks, 00:1B:C5 into 36-bit ones.
  assert.notEqual(of('00:55:da:00:00:01'), '')
  assert.notEqual(of('00:1b:c5:00:00:01'), '')
  assert.notEqual(of('00:55:da:00:00:01'), of('00:55:da:10:00:01'))
})

test('the last of a block size is found', () => {
  assert.notEqual(of('fc:e4:98:e0:00:01'), '')
})

test('made-up and unassigned MACs have no organisation', () => {
  assert.equal(of('02:17:88:10:00:02'), '')
  assert.equal(registry.organisation(-1), '')
})

test('names outside ASCII come out whole', () => {
  const small = new MacRegistry(
    Buffer.from('{\n "001788": "Dräger \\"Werk\\"\\nLübeck",\n "FCFFAA": "Last\\nPlace"\n}\n'),
  )
  assert.equal(small.organisation(parseMac('00:17:88:00:00:01')), 'Dräger "Werk"')
  assert.equal(small.organisation(parseMac('fc:ff:aa:00:00:01')), 'Last')
  assert.equal(small.organisation(parseMac('00:17:89:00:00:01')), '')
})

test('without a list nobody is known', () => {
  assert.equal(new MacRegistry().organisation(parseMac('00:17:88:10:00:02')), '')
})
