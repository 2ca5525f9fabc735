// Writes truth.json: what the devices of a recording truly are, with the IPv6 addresses they had.

import { execFileSync } from 'node:child_process'

import { cell, lan, outsideNames } from './addressing.ts'
import type { Device } from './device.ts'
import { prefix } from './network.ts'

type Listed = { ifname: string; addr_info: { family: string; local: string }[] }

/** The addresses of a namespace now. */
function addresses(name: string): { ipv4: string[]; ipv6: string[] } {
  const own = ['-n', `${prefix}${name}`, '-j', 'addr', 'show']
  const links = JSON.parse(execFileSync('ip', own, { encoding: 'utf8' })) as Listed[]
  const all = links
    .filter((link) => link.ifname === 'eth0' || link.ifname === 'br-lan')
    .flatMap((link) => link.addr_info)
  const of = (family: string): string[] => {
    return all.filter((one) => one.family === family).map((one) => one.local)
  }
  return { ipv4: of('inet'), ipv6: of('inet6') }
}

export type Truth = {
  capture: string
  recordedFrom: number
  recordedUntil: number
  present: Device[]
}

export function truthOf({ capture, recordedFrom, recordedUntil, present }: Truth): string {
  const document = {
    schemaVersion: 1,
    capture,
    recordedFrom,
    recordedUntil,
    networks: {
      lan: { ipv4: lan.ipv4, ipv6: lan.ipv6, gateway: 'gateway' },
      cell: {
        ipv4: cell.ipv4,
        gateway: 'cell',
        note: 'routed: its devices are seen only by address',
      },
    },
    outside: outsideNames,
    devices: present.map((device) => {
      const now = addresses(device.name)
      const { mac, ipv4, ...rest } = device
      const seen = device.zone === 'cell' ? [] : [mac]
      const ipv4s = [...new Set([ipv4, ...now.ipv4])]
      return { ...rest, macs: seen, ipv4: ipv4s, ipv6: now.ipv6, ipv6Kind: device.ipv6 }
    }),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}
