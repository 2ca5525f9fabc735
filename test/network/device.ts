// What is written down about a device of the test network, and short ways to write it.

export type Service = {
  transport: 'tcp' | 'udp'
  port: number
  application: string
  software: string
}
export type Peer = {
  /** A device of this table, a name under .test, or a multicast address. */
  to: string
  transport: 'tcp' | 'udp' | 'icmp'
  port: number | null
  application: string
}
export type DhcpClient = {
  client: 'udhcpc' | 'dhclient' | 'dhcpcd'
  /** Option 60. */
  vendorClass: string | null
  /** Option 55, in the order sent (udhcpc sorts it). */
  parameters: number[]
  /** Option 161, RFC 8520 section 10. */
  mudUrl?: string
}
export type Device = {
  name: string
  role: 'infrastructure' | 'device' | 'person' | 'attacker'
  category: string
  mac: string
  /** As the registry of MAC prefixes says; null where the address is locally administered. */
  manufacturer: string | null
  model: string
  zone: 'lan' | 'cell'
  ipv4: string
  ipv6: 'none' | 'eui64' | 'private' | 'fixed'
  /** Option 12, and the name in mDNS where the device has one. */
  hostname: string | null
  dhcp: DhcpClient | null
  services: Service[]
  peers: Peer[]
  weaknesses: string[]
}

export const tcp = (port: number, application: string, software: string): Service => ({
  transport: 'tcp',
  port,
  application,
  software,
})
export const udp = (port: number, application: string, software: string): Service => ({
  transport: 'udp',
  port,
  application,
  software,
})
/** Whom a device talks to over TCP. */
export const tcpTo = (to: string, port: number, application: string): Peer => ({
  to,
  transport: 'tcp',
  port,
  application,
})
/** Whom a device talks to over UDP. */
export const udpTo = (to: string, port: number, application: string): Peer => ({
  to,
  transport: 'udp',
  port,
  application,
})
export const dns = udpTo('gateway', 53, 'dns')
export const ntp = udpTo('time.ntp.test', 123, 'ntp')
export const mdns = udpTo('224.0.0.251', 5353, 'mdns')
export const ssdp = udpTo('239.255.255.250', 1900, 'ssdp')
