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
  outside('mqtt.acmecloud.test', 10, false, 'MQTT over TLS of the sensor maker'),
  outside('fw.acmecloud.test', 10, false, 'firmware of the camera'),
  outside('api.acmecloud.test', 10, true, 'API of thermostat and hub'),
  outside('api.tvcloud.test', 20, true, 'programme guide'),
  outside('ads.tvcloud.test', 20, false, 'advertisements'),
  outside('cloud.doorline.test', 30, true, 'cloud of the door station'),
  outside('mud.doorline.test', 30, true, 'MUD files'),
  outside('www.news.test', 40, true, 'a web site people read'),
  outside('connectivity.phone.test', 40, false, 'the connectivity check of the phone'),
  outside('time.ntp.test', 123, true, 'NTP'),
  outside('cnc.evil.test', 66, false, 'command and control'),
]
export const outsideHosts = [10, 20, 30, 40, 53, 66, 99, 123]
export const outsideResolver = '203.0.113.53'

function outside(name: string, host: number, hasIpv6: boolean, purpose: string): OutsideName {
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
