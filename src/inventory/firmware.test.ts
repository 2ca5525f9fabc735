// Firmware that changes: one version, then another in the same words; not two parts side by side.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { MINUTE, SECOND } from '../core/clock.ts'
import { identifier as lifx } from './identifiers/lifx.ts'
import { identifier as modbus } from './identifiers/modbus.ts'
import { Site } from './rehearse.ts'

const LAMP = 'd0:73:d5:00:00:01 192.168.1.12'
const PLC = '00:80:f4:00:00:01 192.168.1.17'

function reports(on: Site, firmware: string, times: number): void {
  for (let count = 0; count < times; count++) {
    on.time += 20 * SECOND
    on.say('lifx:56700', LAMP, { kind: 'state', firmware })
  }
}

test('another version after a while is a change, with its time', () => {
  const on = new Site([lifx])
  reports(on, '3.70', 3)
  on.time += 2 * MINUTE
  reports(on, '3.90', 3)
  const { firmwareChanges, attributes } = on.device('192.168.1.12')
  assert.equal(attributes.firmware?.value, '3.90')
  assert.equal(attributes.firmware.contradictions[0].value, '3.70')
  assert.equal(firmwareChanges?.length, 1)
  const [{ time, ...change }] = firmwareChanges
  assert.deepEqual(change, { before: '3.70', after: '3.90', source: 'lifx-firmware', frame: 4 })
  assert.ok(time > 0 && time < on.time)
})

test('two versions by turns, and the same one all day, are no change', () => {
  const on = new Site([lifx])
  for (const firmware of ['3.70', '3.90', '3.70', '3.90']) reports(on, firmware, 1)
  assert.equal(on.device('192.168.1.12').firmwareChanges, undefined)
  const steady = new Site([lifx])
  reports(steady, '3.70', 40)
  assert.equal(steady.device('192.168.1.12').firmwareChanges, undefined)
})

test('another model at the same place is another part, not another version', () => {
  const on = new Site([modbus])
  const identity = (product: string, revision: string) => {
    on.time += 5 * MINUTE
    on.say('modbus:502', PLC, { device: { vendor: 'Example', product, revision } })
  }
  identity('A-1', 'V2.8')
  identity('B-7', 'V1.4')
  assert.equal(on.device('192.168.1.17').firmwareChanges, undefined)
  identity('B-7', 'V1.5')
  const [change, ...more] = on.device('192.168.1.17').firmwareChanges ?? []
  assert.equal(more.length, 0)
  assert.deepEqual([change.before, change.after], ['1.4', '1.5'])
})
