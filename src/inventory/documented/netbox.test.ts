// NetBox's JSON as versions 2.x, 3.x and 4.x write it (shapes from its REST API), in pages and
// files of their own.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { looksLikeNetbox, readNetbox } from './netbox.ts'

const API = 'https://netbox.example.org/api'
const json = (file: string, value: unknown) => ({ file, bytes: Buffer.from(JSON.stringify(value)) })
const page = (results: unknown[], more = {}) => ({
  count: results.length,
  next: null,
  previous: null,
  results,
  ...more,
})
const named = (kind: string, id: number, name: string) => ({
  id,
  url: `${API}/${kind}/${id}/`,
  display: name,
  name,
  slug: name.toLowerCase(),
})

const device4 = {
  id: 17,
  url: `${API}/dcim/devices/17/`,
  display_url: 'https://netbox.example.org/dcim/devices/17/',
  display: 'cam-hall',
  name: 'cam-hall',
  device_type: {
    id: 3,
    url: `${API}/dcim/device-types/3/`,
    display: 'P3245-LV',
    manufacturer: named('dcim/manufacturers', 2, 'Axis'),
    model: 'P3245-LV',
    slug: 'p3245-lv',
  },
  role: named('dcim/device-roles', 4, 'IP camera'),
  tenant: named('tenancy/tenants', 9, 'Facilities'),
  platform: named('dcim/platforms', 6, 'AXIS OS'),
  serial: 'ACCC8E000001',
  asset_tag: 'A-1001',
  site: named('dcim/sites', 1, 'Plant 1'),
  location: null,
  status: { value: 'active', label: 'Active' },
  primary_ip: { id: 8, url: `${API}/ipam/ip-addresses/8/`, family: 4, address: '10.1.0.8/24' },
  primary_ip4: { id: 8, url: `${API}/ipam/ip-addresses/8/`, family: 4, address: '10.1.0.8/24' },
  primary_ip6: null,
  oob_ip: null,
  custom_fields: { firmware_version: '10.12.1', owner: null },
}

const interface4 = {
  id: 51,
  url: `${API}/dcim/interfaces/51/`,
  display: 'eth0',
  device: { id: 17, url: `${API}/dcim/devices/17/`, display: 'cam-hall', name: 'cam-hall' },
  name: 'eth0',
  mac_address: 'AC:CC:8E:00:00:01',
  primary_mac_address: {
    id: 5,
    url: `${API}/dcim/mac-addresses/5/`,
    display: 'AC:CC:8E:00:00:01',
    mac_address: 'AC:CC:8E:00:00:01',
  },
  mac_addresses: [{ id: 5, mac_address: 'AC:CC:8E:00:00:01' }],
  mgmt_only: false,
  count_ipaddresses: 1,
}

const address4 = {
  id: 9,
  url: `${API}/ipam/ip-addresses/9/`,
  family: { value: 6, label: 'IPv6' },
  address: '2001:db8::8/64',
  assigned_object_type: 'dcim.interface',
  assigned_object_id: 51,
  assigned_object: { id: 51, url: `${API}/dcim/interfaces/51/`, name: 'eth0' },
  dns_name: '',
}

test('4.x: devices, interfaces and addresses from files of their own, in any order', () => {
  const contact = {
    id: 1,
    url: `${API}/tenancy/contact-assignments/1/`,
    object_type: 'dcim.device',
    object_id: 17,
    contact: named('tenancy/contacts', 3, 'Ada Lovelace'),
    priority: { value: 'primary', label: 'Primary' },
  }
  const list = readNetbox([
    json('addresses.json', page([address4])),
    json('contacts.json', page([contact])),
    json('interfaces.json', [page([interface4])]),
    json('devices.json', page([device4])),
  ])
  assert.deepEqual(list.problems, [])
  assert.deepEqual(list.devices, [
    {
      key: 'netbox:17',
      name: 'cam-hall',
      macs: ['ac:cc:8e:00:00:01'],
      addresses: ['10.1.0.8', '2001:db8::8'],
      manufacturer: 'Axis',
      model: 'P3245-LV',
      category: 'camera',
      role: 'IP camera',
      serial: 'ACCC8E000001',
      os: 'AXIS OS',
      firmware: '10.12.1',
      site: 'Plant 1',
      segment: '',
      owner: 'Ada Lovelace',
      status: 'active',
      place: { file: 'devices.json', line: 17 },
    },
  ])
})

test('4.2: MAC addresses are objects of their own', () => {
  const mac = {
    id: 5,
    url: `${API}/dcim/mac-addresses/5/`,
    mac_address: 'AC:CC:8E:00:00:02',
    assigned_object_type: 'dcim.interface',
    assigned_object_id: 51,
    assigned_object: interface4,
  }
  const bare = { ...interface4, mac_address: null, primary_mac_address: null, mac_addresses: [] }
  const { devices } = readNetbox([json('all.json', { devices: [device4], i: [bare], m: [mac] })])
  assert.deepEqual(devices[0].macs, ['ac:cc:8e:00:00:02'])
  assert.equal(devices[0].owner, 'Facilities')
})

test('2.x: device_role, numbers for states, addresses by interface', () => {
  const { role, ...rest } = device4
  const old = {
    ...rest,
    device_role: role,
    status: { value: 1, label: 'Active' },
    url: undefined,
    primary_ip: null,
    primary_ip4: null,
    tenant: null,
  }
  const address = {
    id: 3,
    address: '10.1.0.9/24',
    status: { value: 1, label: 'Active' },
    interface: { id: 51, device: { id: 17, name: 'cam-hall' }, virtual_machine: null, name: 'x' },
    nat_inside: null,
  }
  const [device] = readNetbox([
    json('a.json', page([old])),
    json('b.json', page([address])),
  ]).devices
  assert.deepEqual(
    [device.role, device.status, device.addresses, device.owner],
    ['IP camera', 'active', ['10.1.0.9'], ''],
  )
})

test('a page that is not all, strangers and nonsense are told', () => {
  const { problems } = readNetbox([
    json('devices.json', page([device4], { count: 340, next: `${API}/dcim/devices/?offset=50` })),
    json('i.json', page([{ ...interface4, device: { id: 99 } }, null, 7, 'x', { deep: [[[]]] }])),
  ])
  assert.deepEqual(
    problems.map(({ what }) => what),
    [
      'devices.json: a page of 1 of 340: ask with ?limit=0 for all',
      '1 interfaces or addresses belong to no device in these files',
    ],
  )
})

test('what is no JSON, and JSON without devices, is an error that says what to do', () => {
  assert.throws(() => readNetbox([{ file: 'x', bytes: Buffer.from('{"a"') }]), { code: 'bad-json' })
  assert.throws(() => readNetbox([json('x', page([interface4]))]), { code: 'no-devices' })
  assert.ok(looksLikeNetbox(json('x', page([device4])).bytes))
  assert.ok(!looksLikeNetbox(Buffer.from('name,mac\n')))
})
