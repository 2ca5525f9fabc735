// What a source of logs carries and lacks, in one vocabulary, computed from what was really there.
// What is missing lowers the confidence of what is concluded, by name.

/** Facts that a capture has and logs may lack. */
export const FACTS = [
  'flow',
  'link-flow',
  'mac',
  'vlan',
  'link-bytes',
  'payload-bytes',
  'tcp-flags',
  'history',
  'retransmissions',
  'arp',
  'dns',
  'mdns',
  'dhcp',
  'dhcp-options',
  'icmpv6',
  'http',
  'tls',
  'tls-certificate',
  'ja4',
  'quic',
  'ssh',
  'ftp',
  'telnet',
  'mqtt',
  'ntp',
  'snmp',
  'ssdp',
  'lldp',
  'modbus',
  'bacnet',
  's7comm',
  'enip',
  'dnp3',
  'opcua',
  'profinet',
] as const

/** Collects facts as records show them. */
export class FactList {
  private readonly seen = new Set<string>()

  add(...facts: readonly string[]): void {
    for (const fact of facts) this.seen.add(fact)
  }

  has(fact: string): boolean {
    return this.seen.has(fact)
  }

  carries(): string[] {
    return [...this.seen].toSorted()
  }

  /** Facts of the vocabulary that were never seen. */
  lacks(): string[] {
    return FACTS.filter((fact) => !this.seen.has(fact))
  }
}
