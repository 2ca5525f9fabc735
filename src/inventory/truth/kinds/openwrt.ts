// OpenWrt's answers on ubus: luci-rpc getDHCPLeases and getHostHints, dhcp ipv4leases (odhcpd),
// hostapd get_clients; plain, or as JSON-RPC wraps them.
import {
  numberOf,
  objectOf,
  objectsOf,
  textOf,
  textsOf,
  type JsonObject,
} from '../../documented/json.ts'
import type { TruthKind, TruthSink } from '../kind.ts'

/** Below this, `expires` counts the seconds that are left. */
const EPOCH_MIN = 1_000_000_000
const MAC = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i

export const truth: TruthKind = {
  id: 'openwrt',
  title: "OpenWrt's leases, host hints and Wi-Fi clients (ubus)",
  obtain: 'ssh router ubus call luci-rpc getDHCPLeases (or getHostHints; dhcp ipv4leases)',
  names: 'dhcp',
  nameConfidence: 0.8,

  recognises: (head) =>
    /"(dhcp_leases|dhcp6_leases|ipaddrs|ip6addrs)"\s*:/.test(head) ||
    /"device"\s*:\s*\{[^]*"leases"\s*:/.test(head) ||
    /"freq"\s*:\s*\d+,\s*"clients"\s*:/.test(head),

  read(text, sink, read) {
    let answer: unknown
    try {
      answer = JSON.parse(text)
    } catch {
      sink.odd(0, 'no JSON')
      return
    }
    const wrapped = objectOf(answer)?.['result']
    const body = Array.isArray(wrapped) ? (wrapped as unknown[])[1] : answer
    const object = objectOf(body)
    if (!object) return
    leases(object, sink, read)
    for (const link of Object.values(objectOf(object['device']) ?? {})) odhcpd(link, sink)
    hints(objectOf(object['clients']) ?? object, sink)
  },
}

function leases(object: JsonObject, sink: TruthSink, read: number): void {
  const both = [...objectsOf(object['dhcp_leases']), ...objectsOf(object['dhcp6_leases'])]
  for (const lease of both) {
    const expires = numberOf(lease['expires'])
    const left = expires < EPOCH_MIN ? read + expires * 1_000_000 : expires * 1_000_000
    const addresses = [textOf(lease['ipaddr']), textOf(lease['ip6addr'])]
    for (const address of [...addresses, ...textsOf(lease['ip6addrs'])]) {
      const bare = address.split('/')[0]
      if (bare === '') continue
      const name = textOf(lease['hostname'])
      sink.fact({ mac: textOf(lease['macaddr']), address: bare, name, to: left })
    }
  }
}

function odhcpd(link: unknown, sink: TruthSink): void {
  for (const lease of objectsOf(objectOf(link)?.['leases'])) {
    const mac = textOf(lease['mac'])
    const address = textOf(lease['address'])
    if (mac !== '') sink.fact({ mac, address, name: textOf(lease['hostname']) })
  }
}

/** Objects by MAC: host hints with their addresses, or stations of an access point. */
function hints(object: JsonObject, sink: TruthSink): void {
  for (const [mac, value] of Object.entries(object)) {
    const hint = objectOf(value)
    if (!hint || !MAC.test(mac)) continue
    const one = [textOf(hint['ipv4']), textOf(hint['ipv6'])].filter((text) => text !== '')
    const addresses = [...textsOf(hint['ipaddrs']), ...textsOf(hint['ip6addrs']), ...one]
    const name = textOf(hint['name'])
    if (addresses.length === 0) sink.fact({ mac, name, port: 'assoc' in hint ? 'wifi' : '' })
    for (const address of addresses) sink.fact({ mac, address, name })
  }
}
