// Columns by their heads, and cells as people fill them.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { columnMapping, readTable } from './table.ts'
import { categoryOf } from './wording.ts'

const read = (text: string, ...map: string[]) =>
  readTable('list.csv', Buffer.from(text), columnMapping(map))

test('heads of a spreadsheet, of NetBox and of Snipe-IT fill the same fields', () => {
  const ours = { name: 'cam-1', macs: ['00:11:22:33:44:55'], owner: 'Ada', category: 'camera' }
  const inputs = [
    'Hostname;MAC;Type;Owner\ncam-1;00-11-22-33-44-55;IP Camera;Ada',
    // NetBox, Devices, "Current view": heads of the table.
    'Name,Status,Tenant,Role,Manufacturer,Type,MAC Address\n' +
      'cam-1,Active,Ada,Cameras,Axis,P3245,0011.2233.4455',
    // Snipe-IT, custom asset report.
    'Asset Name,Asset Tag,Serial,Category,Assigned To,MAC Address\n' +
      'cam-1,A-7,X1,camera,Ada,001122334455',
  ]
  for (const input of inputs) {
    const [device] = read(input).devices
    const { name, macs, owner, category } = device
    assert.deepEqual({ name, macs, owner, category }, ours, input)
  }
})

test('several addresses, prefix lengths, words that mean nothing', () => {
  const { devices, problems } = read(
    'name,ip,ipv6 address,mac\n' +
      'a,"10.0.0.1/24, 10.0.0.2",2001:DB8:0::1/64,n/a\n' +
      'b,dhcp,-,00:11:22:33:44\n' +
      ',,,\n' +
      '-,unknown,,\n',
  )
  assert.deepEqual(devices[0].addresses, ['10.0.0.1', '10.0.0.2', '2001:db8::1'])
  assert.deepEqual([devices[1].addresses, devices[1].macs], [[], []])
  assert.deepEqual(problems, [
    { line: 3, what: "'00:11:22:33:44' is no MAC address" },
    { line: 5, what: 'neither name, MAC nor address: left out' },
  ])
})

test('a mapped column wins over a head that fits, and a wrong one is named', () => {
  const { devices, mapping, unread } = read('Name,Gerät,Notiz\nx,y,z', 'name=Gerät')
  assert.equal(devices[0].name, 'y')
  assert.deepEqual(mapping, ['Gerät → name'])
  assert.deepEqual(unread, ['Name', 'Notiz'])
  assert.throws(() => read('a,b\n1,2'), { code: 'no-columns' })
  assert.throws(() => read('name\nx', 'mac=Hardware'), { code: 'no-column' })
  assert.throws(() => columnMapping(['colour=X']), { code: 'bad-mapping' })
})

test('control characters of a cell end at the door', () => {
  const { devices } = read('name,owner\n"a\u001b[2Jb",x\u0000y')
  assert.deepEqual([devices[0].name, devices[0].owner], ['a [2Jb', 'x y'])
})

test('what lists call things', () => {
  const cases: [string, string][] = [
    ['IP Camera', 'camera'],
    ['Access Points', 'access-point'],
    ['Core Switch', 'switch'],
    ['Edge Router', 'router'],
    ['NVR', 'recorder'],
    ['HVAC thermostat', 'thermostat'],
    ['S7-1500 PLC', 'plc'],
    ['Desk phone', 'voip-phone'],
    ['MFP', 'printer'],
    ['Teapot', ''],
    ['unknown', ''],
  ]
  for (const [word, category] of cases) assert.equal(categoryOf(word), category, word)
})
