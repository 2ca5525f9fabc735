// The table of devices of the test network: what each one truly is. The network is raised from
// this table and truth.json is written from it, so that a recording and its ground truth cannot
// disagree.

import { tcp, udp } from './device.ts'
import type { Device } from './device.ts'
import { homeDevices } from './devices/house.ts'
import { officeDevices } from './devices/office.ts'
import { plantDevices } from './devices/plant.ts'

export const gateway: Device = {
  name: 'gateway',
  role: 'infrastructure',
  category: 'router',
  mac: '50:c7:bf:aa:00:01',
  manufacturer: 'TP-LINK TECHNOLOGIES CO.,LTD.',
  model: 'home router with dnsmasq',
  zone: 'lan',
  ipv4: '192.168.50.1',
  ipv6: 'fixed',
  hostname: null,
  dhcp: null,
  services: [udp(53, 'dns', 'dnsmasq'), tcp(53, 'dns', 'dnsmasq'), udp(67, 'dhcp', 'dnsmasq')],
  peers: [],
  weaknesses: [],
}

/** In the order in which they are plugged in. */
export const devices: Device[] = [gateway, ...plantDevices, ...homeDevices, ...officeDevices]

export function deviceNamed(name: string): Device {
  const found = devices.find((device) => device.name === name)
  if (!found) throw new Error(`no device is named ${name}`)
  return found
}
