// Flows against Zeek's own test baselines: who began them, in what state they ended, which letters
// of the history stand in which order, how many packets went each way, what service it was.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCapture, share, tupleOf, type Part, type ReadFlow } from './reading.ts'

/** Zeek's service names, and our ids of them; what is not here is not compared. */
const SERVICES: ReadonlyMap<string, string> = new Map([
  ['dhcp', 'dhcp'],
  ['dnp3_tcp', 'dnp3'],
  ['dnp3_udp', 'dnp3'],
  ['dns', 'dns'],
  ['dtls', 'dtls'],
  ['ftp', 'ftp'],
  ['http', 'http'],
  ['imap', 'imap'],
  ['ldap_tcp', 'ldap'],
  ['modbus', 'modbus'],
  ['mqtt', 'mqtt'],
  ['ntp', 'ntp'],
  ['pop3', 'pop3'],
  ['postgresql', 'postgresql'],
  ['quic', 'quic'],
  ['radius', 'radius'],
  ['rdp', 'rdp'],
  ['sip', 'sip'],
  ['smb', 'smb'],
  ['smtp', 'smtp'],
  ['snmp', 'snmp'],
  ['socks', 'socks'],
  ['ssh', 'ssh'],
  ['ssl', 'tls'],
  ['syslog', 'syslog'],
  ['telnet', 'telnet'],
  ['tftp', 'tftp'],
  ['xmpp', 'xmpp'],
])

/** These turn to TLS on the way; Zeek has both names then. */
const TURNING: ReadonlySet<string> = new Set([
  'ftp',
  'imap',
  'ldap',
  'pop3',
  'postgresql',
  'smtp',
  'xmpp',
])

/** Zeek calls all of them dns. */
const DNS_LIKE: ReadonlySet<string> = new Set(['mdns', 'llmnr', 'nbns'])

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ['tcp', 6],
  ['udp', 17],
  ['icmp', 1],
])

type Row = ReadonlyMap<string, string>

/** The rows of a Zeek log in its own tab-separated form. */
function logRows(file: string): Row[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  const fields =
    lines
      .find((line) => line.startsWith('#fields\t'))
      ?.split('\t')
      .slice(1) ?? []
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => new Map(line.split('\t').map((value, at) => [fields[at] ?? '', value])))
    .filter((row) => NUMBERS.has(row.get('proto') ?? '') && row.has('id.resp_p'))
}

interface Baseline {
  readonly trace: string
  readonly rows: readonly Row[]
}

/** One baseline a trace: the longest, since tests may ask Zeek to leave things out. */
function baselines(captures: string, root: string): Baseline[] {
  const byTrace = new Map<string, readonly Row[]>()
  for (const line of readFileSync(join(captures, 'zeek-map.tsv'), 'utf8').split('\n')) {
    const [name = '', traces = '', logs = ''] = line.split('\t')
    const folder = join(root, 'Baseline', name.replace(/\.[a-z]+$/, '').replaceAll('/', '.'))
    if (!logs.split('|').includes('conn.log') || traces.includes('|')) continue
    if (!existsSync(join(folder, 'conn.log')) || !existsSync(join(root, 'Traces', traces))) continue
    const rows = logRows(join(folder, 'conn.log'))
    if (rows.length > (byTrace.get(traces)?.length ?? 0)) byTrace.set(traces, rows)
  }
  return [...byTrace].map(([trace, rows]) => ({ trace, rows })).toSorted(byName)
}

const byName = (one: Baseline, other: Baseline) => (one.trace < other.trace ? -1 : 1)

/** What is compared of two flows, as texts; undefined: not comparable. */
interface Aspect {
  readonly name: string
  ours(flow: ReadFlow): string
  theirs(row: Row): string | undefined
}

const at = (row: Row, name: string) => row.get(name) ?? '-'
const isTcp = (row: Row) => at(row, 'proto') === 'tcp'

/** Letters both know, each once, in the order they first came; '^' says that ends were swapped. */
const letters = (history: string) => [
  ...new Set([...history].filter((letter) => 'shadfr'.includes(letter.toLowerCase()))),
]

const ASPECTS: readonly Aspect[] = [
  {
    name: 'originator',
    ours: (flow) => `${flow.originator} ${flow.originatorPort}`,
    theirs: (row) => `${at(row, 'id.orig_h')} ${at(row, 'id.orig_p')}`,
  },
  { name: 'state', ours: (flow) => flow.state, theirs: (row) => at(row, 'conn_state') },
  {
    name: 'history (TCP, first letters)',
    ours: (flow) => letters(flow.history).join(''),
    theirs: (row) => (isTcp(row) ? letters(at(row, 'history')).join('') : undefined),
  },
  {
    name: 'retransmission seen (TCP)',
    ours: (flow) => String(/t/i.test(flow.history)),
    theirs: (row) => (isTcp(row) ? String(/t/i.test(at(row, 'history'))) : undefined),
  },
  {
    name: 'hole seen (TCP)',
    ours: (flow) => String(/g/i.test(flow.history)),
    theirs: (row) => (isTcp(row) ? String(/g/i.test(at(row, 'history'))) : undefined),
  },
  {
    name: 'packets',
    ours: (flow) => `${flow.originatorPackets} ${flow.responderPackets}`,
    theirs: (row) => `${at(row, 'orig_pkts')} ${at(row, 'resp_pkts')}`,
  },
  {
    name: 'service',
    ours: ({ service }) => (DNS_LIKE.has(service) ? 'dns' : service),
    theirs: (row) => {
      const names = at(row, 'service')
        .split(',')
        .flatMap((name) => SERVICES.get(name) ?? [])
      const turned = names.includes('tls') && names.find((name) => TURNING.has(name))
      return turned ? `${turned}-tls` : names[0]
    },
  },
]

/** Of ICMP only the type counts: Zeek has the type of the answer where we have the code. */
const tupleOfRow = (row: Row) =>
  tupleOf(NUMBERS.get(at(row, 'proto'))!, {
    from: at(row, 'id.orig_h'),
    fromPort: Number(at(row, 'id.orig_p')),
    to: at(row, 'id.resp_h'),
    toPort: at(row, 'proto') === 'icmp' ? 0 : Number(at(row, 'id.resp_p')),
  })

const tupleOfFlow = ({ ipProtocol, ...flow }: ReadFlow) => {
  const isIcmp = ipProtocol === 58 || ipProtocol === 1
  return tupleOf(isIcmp ? 1 : ipProtocol, {
    from: flow.originator,
    fromPort: flow.originatorPort,
    to: flow.responder,
    toPort: isIcmp ? 0 : flow.responderPort,
  })
}

/** Compares all traces that have a baseline of flows. */
export async function zeekBaselines(captures: string): Promise<Part | undefined> {
  const root = join(captures, 'zeek+zeek/testing/btest')
  if (!existsSync(root) || !existsSync(join(captures, 'zeek-map.tsv'))) return undefined
  const counts = ASPECTS.map(() => ({ same: 0, all: 0 }))
  const details: string[] = []
  const seen = { flows: 0, matched: 0, uneven: 0, traces: 0 }
  for (const { trace, rows } of baselines(captures, root)) {
    const { flows } = await readCapture(join(root, 'Traces', trace))
    const ours = Map.groupBy(
      flows.filter(({ family }) => family !== 2),
      tupleOfFlow,
    )
    seen.traces++
    for (const [tuple, theirs] of Map.groupBy(rows, tupleOfRow)) {
      const same = ours.get(tuple) ?? []
      seen.flows += theirs.length
      if (same.length !== theirs.length) {
        seen.uneven += theirs.length
        details.push(`${trace}: ${tuple}: we have ${same.length} flows, Zeek ${theirs.length}`)
        continue
      }
      seen.matched += theirs.length
      theirs.forEach((row, index) => {
        ASPECTS.forEach(({ name, ours: say, theirs: said }, aspect) => {
          const expected = said(row)
          if (expected === undefined) return
          const given = say(same[index])
          counts[aspect].all++
          if (given === expected) counts[aspect].same++
          else
            details.push(`${trace} frame ${same[index].frame}: ${name} ${given}, Zeek ${expected}`)
        })
      })
    }
  }
  return {
    title: 'Flows, against Zeek',
    about:
      `${seen.matched} of ${seen.flows} flows of ${seen.traces} traces of Zeek's own tests; ` +
      `${seen.uneven} are left out because the ends have another number of flows there.`,
    header: ['aspect', 'agreement', 'same', 'other'],
    rows: ASPECTS.map(({ name }, index) => {
      const { same, all } = counts[index]
      return [name, share(same, all), `${same}`, `${all - same}`]
    }),
    details,
  }
}
