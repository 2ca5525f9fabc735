// Example: what a message says about its sender, and that an answer says nothing.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { AddressBook, parseMac } from '../../src/core/addresses.ts'
import { EndpointTable, type Transaction } from '../../src/flow/index.ts'
import { Inventory } from '../../src/inventory/inventory.ts'
import { identifier } from './identifier.ts'

/** The model of the device that sent one message, as the inventory sees it. */
function modelFrom(fields: Transaction['fields'], fromOriginator: boolean) {
  const endpoints = new EndpointTable(64, new AddressBook(64))
  const at = (mac: string, address: string) =>
    endpoints.internKeys(parseMac(mac), endpoints.addresses.parse(address), 0)
  const source = at('02:00:00:00:00:01', '192.168.1.10')
  const destination = at('02:00:00:00:00:02', '192.168.1.20')
  endpoints.packetsOut[source] = 1
  const inventory = new Inventory({ endpoints, identifiers: [identifier] })
  const ports = { sourcePort: 40000, destinationPort: 54321 }
  const place = { protocol: 'example', time: 0, frame: 7, flow: 1, source, destination }
  inventory.transaction({ ...place, ...ports, fromOriginator, fields })
  const devices = inventory.devices()
  return devices.find((each) => each.macs.includes('02:00:00:00:00:01'))?.attributes.model
}

test('a request names the model, with the frame that said so', () => {
  const model = modelFrom({ name: 'hello' }, true)
  assert.equal(model?.value, 'hello')
  assert.equal(model.observations[0].source, 'example-name')
  assert.equal(model.observations[0].frame, 7)
})

test('an answer, or a request without a name, says nothing', () => {
  assert.equal(modelFrom({ name: 'hello' }, false), undefined)
  assert.equal(modelFrom({}, true), undefined)
})
