// Protocol labels of flows against those that nDPI's own tests expect (`result/NAME.out` beside
// `pcap/NAME`). Only what its dissectors found counts; its guesses by port or address do not.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Score, readCapture, tupleOf, type Part, type ReadFlow } from './reading.ts'

/** nDPI's names of protocols, and our ids of them; several where it has one name for both. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['AMQP', 'amqp'],
  ['ApplePush', 'tls'],
  ['AVASTSecureDNS', 'dns'],
  ['BACnet', 'bacnet'],
  ['COAP', 'coap'],
  ['DHCP', 'dhcp'],
  ['DHCPV6', 'dhcpv6'],
  ['DNP3', 'dnp3'],
  ['DNS', 'dns'],
  ['DTLS', 'dtls'],
  ['Dropbox', 'dropbox-lan'],
  ['FINS', 'omron-fins'],
  ['FTP_CONTROL', 'ftp'],
  ['HART-IP', 'hart-ip'],
  ['HTTP', 'http'],
  ['HTTP_Proxy', 'http'],
  ['ICMP', 'icmp'],
  ['IPSec', 'ike'],
  ['ICMPV6', 'icmpv6'],
  ['IEC60870', 'iec104'],
  ['IEEE-C37118', 'synchrophasor'],
  ['IGMP', 'igmp'],
  ['IMAP', 'imap'],
  ['IMAPS', 'tls imap-tls'],
  ['LDAP', 'ldap'],
  ['LLMNR', 'llmnr'],
  ['MDNS', 'mdns'],
  ['MQTT', 'mqtt'],
  ['Modbus', 'modbus'],
  ['NAT-PMP', 'nat-pmp'],
  ['NTP', 'ntp'],
  ['NetBIOS', 'nbns'],
  ['OPC-UA', 'opcua'],
  ['POP3', 'pop3'],
  ['POPS', 'tls pop3-tls'],
  ['PostgreSQL', 'postgresql'],
  ['QUIC', 'quic'],
  ['RDP', 'rdp'],
  ['RTP', 'rtp'],
  ['SRTP', 'rtp'],
  ['RTSP', 'rtsp'],
  ['Radius', 'radius'],
  ['S7Comm', 's7comm'],
  ['S7CommPlus', 's7comm'],
  ['SIP', 'sip'],
  ['SMBv1', 'smb'],
  ['SMBv23', 'smb'],
  ['SMTP', 'smtp'],
  ['SMTPS', 'tls smtp-tls'],
  ['SNMP', 'snmp'],
  ['SOCKS', 'socks'],
  ['SSDP', 'ssdp'],
  ['SSH', 'ssh'],
  ['STUN', 'stun'],
  ['Service_Location_Protocol', 'slp'],
  ['Syslog', 'syslog'],
  ['TFTP', 'tftp'],
  ['TLS', 'tls'],
  ['TPLINK_SHP', 'tplink'],
  ['Telnet', 'telnet'],
  ['UBNTAC2', 'ubiquiti'],
  ['WSD', 'ws-discovery'],
  ['Jabber', 'xmpp'],
  ['XMPP', 'xmpp'],
  ['WireGuard', 'wireguard'],
])

const IDS: ReadonlySet<string> = new Set([...NAMES.values()].flatMap((ids) => ids.split(' ')))

const IP_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['TCP', 6],
  ['UDP', 17],
  ['ICMP', 1],
  ['ICMPV6', 58],
  ['IGMP', 2],
])

interface Expected {
  readonly tuple: string
  /** As nDPI has it: 'TLS.WhatsApp', the carrying protocol first. */
  readonly label: string
  readonly line: string
}

const ADDRESS = String.raw`\[?([0-9a-fA-F.:]+)\]?:(\d+)`
const FLOW = new RegExp(
  String.raw`^\t\d+\t(\S+) ${ADDRESS} <?-> ${ADDRESS} .*?\[proto: [\d.]+/([^\]]+)\].*?` +
    String.raw`\[Confidence: ([^\]]+)\]`,
)

function expectedFlows(file: string): Expected[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const parts = FLOW.exec(line)
      if (!parts) return []
      const [, transport, from, fromPort, to, toPort, label, confidence] = parts
      const number = IP_PROTOCOLS.get(transport)
      const known = confidence.startsWith('DPI') || confidence === 'Unknown'
      if (number === undefined || !known) return []
      const ends = { from, fromPort: Number(fromPort), to, toPort: Number(toPort) }
      return [{ tuple: tupleOf(number, ends), label, line }]
    })
}

function tupleOfFlow(flow: ReadFlow): string {
  const ported = flow.ipProtocol === 6 || flow.ipProtocol === 17
  return tupleOf(flow.ipProtocol, {
    from: flow.originator,
    fromPort: ported ? flow.originatorPort : 0,
    to: flow.responder,
    toPort: ported ? flow.responderPort : 0,
  })
}

/** Compares every capture that has expectations. */
export async function ndpiLabels(captures: string): Promise<Part | undefined> {
  const root = join(captures, 'ntop+nDPI/tests/cfgs/default')
  if (!existsSync(root)) return undefined
  const scores = new Map([...IDS].toSorted().map((id) => [id, new Score()]))
  const unjudged = new Map<string, number>()
  const details: string[] = []
  let flows = 0
  for (const path of globSync(join(root, 'pcap/*')).toSorted()) {
    const result = join(root, 'result', `${basename(path)}.out`)
    if (!existsSync(result)) continue
    const ours = Map.groupBy((await readCapture(path)).flows, tupleOfFlow)
    const tell = (what: string, expected: Expected, flow?: ReadFlow) =>
      details.push(
        `${basename(path)} frame ${flow?.frame ?? '?'}: ${what}, ` +
          `theirs ${expected.label} | ${expected.line.trim().slice(0, 110)}`,
      )
    for (const expected of expectedFlows(result)) {
      flows++
      const same = ours.get(expected.tuple) ?? []
      const named = expected.label.split('.').flatMap((name) => NAMES.get(name)?.split(' ') ?? [])
      const services = new Set(same.map(({ service }) => service).filter((id) => id !== ''))
      const agreed = named.filter((id) => services.delete(id))
      if (agreed.length > 0) scores.get(agreed[0])!.both++
      else if (named.length > 0) {
        scores.get(named[0])!.onlyTheirs++
        tell(`missed ${named[0]}`, expected, same[0])
      }
      for (const service of services) {
        const score = scores.get(service)
        if (expected.label === 'Unknown' || !score) {
          unjudged.set(service, (unjudged.get(service) ?? 0) + 1)
          tell(`alone with ${service}`, expected, same[0])
        } else {
          score.onlyOurs++
          tell(`wrongly ${service}`, expected, same[0])
        }
      }
    }
  }
  return part(scores, unjudged, { flows, details })
}

function part(
  scores: ReadonlyMap<string, Score>,
  unjudged: ReadonlyMap<string, number>,
  { flows, details }: { readonly flows: number; readonly details: readonly string[] },
): Part {
  const rows = [...scores].map(([id, score]) => [
    id,
    score.precision,
    score.recall,
    `${score.both}`,
    `${score.onlyOurs}`,
    `${score.onlyTheirs}`,
    `${unjudged.get(id) ?? 0}`,
  ])
  const all = new Score()
  for (const score of scores.values()) {
    all.both += score.both
    all.onlyOurs += score.onlyOurs
    all.onlyTheirs += score.onlyTheirs
  }
  const total = ['all', all.precision, all.recall, `${all.both}`]
  return {
    title: 'Protocols of flows, against nDPI',
    about:
      `${flows} flows of nDPI's own test captures with the protocols its tests expect. ` +
      "'Alone': flows that nDPI calls unknown, or of which it has no such protocol.",
    header: ['protocol', 'precision', 'recall', 'same', 'only ours', 'only theirs', 'alone'],
    rows: [...rows, [...total, `${all.onlyOurs}`, `${all.onlyTheirs}`, '']],
    details,
  }
}
