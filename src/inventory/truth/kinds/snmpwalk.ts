// What snmpwalk prints of switches and routers: BRIDGE-MIB and Q-BRIDGE-MIB (RFC 4188, RFC 4363)
// for who is on which port, IP-MIB (RFC 4293) for ARP and ND; names or numbers, any -O options
// that keep one line a row.
import { linesOf, type TruthKind } from '../kind.ts'

/** Roots as snmpwalk abbreviates them. */
const ROOTS: readonly (readonly [name: RegExp, oid: string])[] = [
  [/^\.?iso\./, '1.'],
  [/^SNMPv2-SMI::mib-2\./, '1.3.6.1.2.1.'],
  [/^(BRIDGE-MIB::|\.?)dot1dTpFdbAddress\./, '1.3.6.1.2.1.17.4.3.1.1.'],
  [/^(BRIDGE-MIB::|\.?)dot1dTpFdbPort\./, '1.3.6.1.2.1.17.4.3.1.2.'],
  [/^(BRIDGE-MIB::|\.?)dot1dTpFdbStatus\./, '1.3.6.1.2.1.17.4.3.1.3.'],
  [/^(Q-BRIDGE-MIB::|\.?)dot1qTpFdbPort\./, '1.3.6.1.2.1.17.7.1.2.2.1.2.'],
  [/^(Q-BRIDGE-MIB::|\.?)dot1qTpFdbStatus\./, '1.3.6.1.2.1.17.7.1.2.2.1.3.'],
  [/^(IP-MIB::|RFC1213-MIB::|\.?)ipNetToMediaPhysAddress\./, '1.3.6.1.2.1.4.22.1.2.'],
  [/^(IP-MIB::|\.?)ipNetToPhysicalPhysAddress\./, '1.3.6.1.2.1.4.35.1.4.'],
  [/^\./, ''],
]

const FDB_PORT = '1.3.6.1.2.1.17.4.3.1.2.'
const FDB_STATUS = '1.3.6.1.2.1.17.4.3.1.3.'
const QFDB_PORT = '1.3.6.1.2.1.17.7.1.2.2.1.2.'
const QFDB_STATUS = '1.3.6.1.2.1.17.7.1.2.2.1.3.'
const MEDIA = '1.3.6.1.2.1.4.22.1.2.'
const PHYSICAL = '1.3.6.1.2.1.4.35.1.4.'
/** dot1dTpFdbStatus: 3 learned, 4 self, 5 mgmt. */
const SELF = /\b4\b|self/

export const truth: TruthKind = {
  id: 'snmpwalk',
  title: 'switch MAC tables and router ARP tables, printed by snmpwalk',
  obtain: 'snmpwalk -On … SWITCH 1.3.6.1.2.1.17 (a router: 1.3.6.1.2.1.4)',
  names: 'none',
  nameConfidence: 0,

  recognises: (head) =>
    /^(\.1\.3\.6|iso\.3\.6|SNMPv2-SMI::mib-2\.(17|4)\.|(Q-)?BRIDGE-MIB::|IP-MIB::\w)\S* = /m.test(
      head,
    ),

  read(text, sink) {
    const ports = new Map<string, { port: string; vlan: string; line: number }>()
    const own = new Set<string>()
    for (const [line, number] of linesOf(text)) {
      const at = line.indexOf(' = ')
      if (at < 0) continue
      const oid = numeric(line.slice(0, at))
      const value = line.slice(at + 3)
      if (oid.startsWith(FDB_STATUS) || oid.startsWith(QFDB_STATUS)) {
        if (SELF.test(value)) own.add(macIn(oid))
      } else if (oid.startsWith(FDB_PORT)) {
        ports.set(macIn(oid), { port: integer(value), vlan: '', line: number })
      } else if (oid.startsWith(QFDB_PORT)) {
        const vlan = oid.slice(QFDB_PORT.length).split('.')[0]
        ports.set(macIn(oid), { port: integer(value), vlan, line: number })
      } else {
        const address = addressIn(oid)
        if (address !== '') sink.fact({ mac: physical(value), address, line: number })
      }
    }
    for (const [mac, { port, vlan, line }] of ports) {
      // Port 0: learnt, but the switch does not say where.
      if (own.has(mac) || port === '0') continue
      sink.fact({ mac, port: `port ${port}${vlan === '' ? '' : ` in ${vlan}`}`, line })
    }
  },
}

function numeric(name: string): string {
  for (const [pattern, oid] of ROOTS) if (pattern.test(name)) return name.replace(pattern, oid)
  return name
}

/** The last six numbers of an index. */
const macIn = (oid: string): string =>
  oid
    .split('.')
    .slice(-6)
    .map((part) => (Number(part) & 255).toString(16).padStart(2, '0'))
    .join(':')

/** `INTEGER: 3`, `Gauge32: 3`, `3`. */
const integer = (value: string): string => /(\d+)\s*$/.exec(value)?.[1] ?? ''

/** The address in an index of ARP and ND tables; '' for other rows. */
function addressIn(oid: string): string {
  if (oid.startsWith(MEDIA)) return oid.slice(MEDIA.length).split('.').slice(1).join('.')
  if (!oid.startsWith(PHYSICAL)) return ''
  const [, type, length, ...bytes] = oid.slice(PHYSICAL.length).split('.').map(unquoted)
  if (type === '1' || type === 'ipv4')
    return (bytes.length === 4 ? bytes : [length, ...bytes]).join('.')
  if (type !== '2' && type !== 'ipv6') return ''
  const sixteen = bytes.length === 16 ? bytes.map(Number) : []
  const pairs = Array.from({ length: 8 }, (_, at) => (sixteen[at * 2] << 8) | sixteen[at * 2 + 1])
  if (sixteen.length === 16) return pairs.map((pair) => pair.toString(16)).join(':')
  return /"([0-9a-f:]+)"/i.exec(oid)?.[1].replace(/(..):(..)(:|$)/gi, '$1$2$3') ?? ''
}

const unquoted = (text: string): string => text.replaceAll('"', '')

/** `STRING: 0:11:22:33:44:55` or `Hex-STRING: 00 11 22 33 44 55`. */
const physical = (value: string): string =>
  value
    .replace(/^[\w-]+: /, '')
    .replaceAll('"', '')
    .trim()
    .replaceAll(' ', ':')
