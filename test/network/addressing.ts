// The address plan: the networks, and the names and hosts of the outside.

export const lan = {
  ipv4: '192.168.50.0/24',
  prefix: '192.168.50.',
  ipv6: ['fd8a:41c7:9be2:50::/64', '2001:db8:50::/64'],
  gateway: '192.168.50.1',
}
export const cell = { ipv4: '10.20.0.0/24', gateway: '10.20.0.1' }

export type OutsideName = { name: string; ipv4: string; ipv6: string | null; purpose: string }
export const outsideNames: OutsideName[] = [
  outside({
    name: 'mqtt.acmecloud.test',
    host: 10,
    hasIpv6: false,
    purpose: 'MQTT over TLS of the sensor maker',
  }),
  outside({
    name: 'fw.acmecloud.test',
    host: 10,
    hasIpv6: false,
    purpose: 'firmware of the camera',
  }),
  outside({
    name: 'api.acmecloud.test',
    host: 10,
    hasIpv6: true,
    purpose: 'API of thermostat and hub',
  }),
  outside({ name: 'api.tvcloud.test', host: 20, hasIpv6: true, purpose: 'programme guide' }),
  outside({ name: 'ads.tvcloud.test', host: 20, hasIpv6: false, purpose: 'advertisements' }),
  outside({
    name: 'cloud.doorline.test',
    host: 30,
    hasIpv6: true,
    purpose: 'cloud of the door station',
  }),
  outside({ name: 'mud.doorline.test', host: 30, hasIpv6: true, purpose: 'MUD files' }),
  outside({ name: 'www.news.test', host: 40, hasIpv6: true, purpose: 'a web site people read' }),
  outside({
    name: 'connectivity.phone.test',
    host: 40,
    hasIpv6: false,
    purpose: 'the connectivity check of the phone',
  }),
  outside({ name: 'time.ntp.test', host: 123, hasIpv6: true, purpose: 'NTP' }),
  outside({ name: 'cnc.evil.test', host: 66, hasIpv6: false, purpose: 'command and control' }),
]
export const outsideHosts = [10, 20, 30, 40, 53, 66, 99, 123]
export const outsideResolver = '203.0.113.53'

type OutsideRow = { name: string; host: number; hasIpv6: boolean; purpose: string }
function outside({ name, host, hasIpv6, purpose }: OutsideRow): OutsideName {
  const ipv6 = hasIpv6 ? `2001:db8:113::${host}` : null
  return { name, ipv4: `203.0.113.${host}`, ipv6, purpose }
}

/** The address that the kernel makes from a MAC (RFC 4291 appendix A) under a /64 prefix `p::`. */
export function eui64(prefix: string, mac: string): string {
  const bytes = mac.split(':').map((byte) => Number.parseInt(byte, 16))
  const identifier = [bytes[0] ^ 2, bytes[1], bytes[2], 0xff, 0xfe, bytes[3], bytes[4], bytes[5]]
  const groups = [0, 2, 4, 6].map((at) => ((identifier[at] << 8) | identifier[at + 1]).toString(16))
  return `${prefix}${groups.join(':')}`
}
