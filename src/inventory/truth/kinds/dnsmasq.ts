// dnsmasq's lease file: `expiry mac address name client-id`, one lease a line; behind `duid …` the
// leases of DHCPv6, which carry no MAC. (dnsmasq 2.x, src/lease.c.)
import { linesOf, secondsOf, type TruthKind } from '../kind.ts'

const LEASE = /^(\d+) (?:([0-9a-f]{2})-)?((?:[0-9a-f]{2}:){5}[0-9a-f]{2}) (\S+) (\S+)(?: (\S+))?$/i
const LEASE6 = /^\d+ (T?\d+) \[?[0-9a-f:]+\]? \S+ \S+$/i

export const truth: TruthKind = {
  id: 'dnsmasq',
  title: "dnsmasq's leases (also OpenWrt, Pi-hole, libvirt)",
  obtain:
    '/var/lib/misc/dnsmasq.leases; OpenWrt: /tmp/dhcp.leases; Pi-hole: /etc/pihole/dhcp.leases',
  names: 'dhcp',
  nameConfidence: 0.9,

  recognises: (head) => {
    const [line = ''] = head.split('\n')
    return LEASE.test(line.trimEnd()) || line.startsWith('duid ') || LEASE6.test(line.trimEnd())
  },

  read(text, sink) {
    for (const [line, number] of linesOf(text)) {
      if (line.startsWith('duid ')) continue
      const lease = LEASE.exec(line)
      if (!lease) {
        if (!LEASE6.test(line)) sink.odd(number, 'no lease of dnsmasq')
        continue
      }
      const [, expiry, type, mac, address, name, clientId = ''] = lease
      // 06 is IEEE 802 by another number; anything else is no Ethernet.
      if (type !== undefined && type !== '01' && type !== '06') continue
      const isEndless = expiry === '0'
      sink.fact({
        mac,
        address,
        name: name === '*' ? '' : name,
        clientId: clientId === '*' ? '' : clientId.replaceAll(':', ''),
        from: isEndless ? -Infinity : NaN,
        to: isEndless ? Infinity : secondsOf(Number(expiry)),
        line: number,
      })
    }
  },
}
