// Kea's leases: the CSV of its memfile back end (DHCPv4 and DHCPv6), and the JSON answer to
// lease4-get-all and lease6-get-all on the control socket (Kea ARM, lease_cmds).
import { readCsv } from '../../documented/csv.ts'
import { numberOf, objectOf, objectsOf, textOf, type JsonObject } from '../../documented/json.ts'
import { secondsOf, type ToldFact, type TruthKind, type TruthSink } from '../kind.ts'

/** 0: in use. 1 declined, 2 reclaimed after expiry, 3 released. */
const DECLINED = '1'

export const truth: TruthKind = {
  id: 'kea',
  title: "Kea's leases (memfile CSV, or JSON of lease4-get-all)",
  obtain: '/var/lib/kea/kea-leases4.csv; or lease4-get-all on the control socket',
  names: 'dhcp',
  nameConfidence: 0.9,

  recognises: (head) =>
    /^address,(hwaddr|duid),/.test(head) || /"leases"\s*:[^]*"(hw-address|ip-address)"/.test(head),

  read(text, sink) {
    if (/^\s*[[{]/.test(text)) readJson(text, sink)
    else readMemfile(text, sink)
  },
}

function readMemfile(text: string, sink: TruthSink): void {
  const { rows } = readCsv(Buffer.from(text))
  const heads = rows[0]?.cells ?? []
  const at = new Map(heads.map((head, index) => [head, index]))
  for (const { line, cells } of rows.slice(1)) {
    const cell = (head: string) => unescaped(cells[at.get(head) ?? -1] ?? '')
    if (cell('state') === DECLINED) continue
    // A prefix is no address of a host.
    if (cell('lease_type') === '2') continue
    const expire = Number(cell('expire'))
    sink.fact({
      ...leaseOf(cell('hwaddr'), cell('address')),
      name: cell('hostname'),
      clientId: cell('client_id').replaceAll(':', ''),
      from: secondsOf(expire - Number(cell('valid_lifetime'))),
      to: secondsOf(expire),
      line,
    })
  }
}

/** Commas inside fields are written as `&#x2c`. */
const unescaped = (cell: string): string =>
  cell.replace(/&#x([0-9a-f]{2});?/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )

const leaseOf = (mac: string, address: string): ToldFact => ({ mac, address })

function readJson(text: string, sink: TruthSink): void {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    sink.odd(0, 'no JSON')
    return
  }
  const answers = Array.isArray(answer) ? objectsOf(answer) : [objectOf(answer) ?? {}]
  for (const each of answers) {
    const holder = objectOf(each['arguments']) ?? each
    for (const lease of objectsOf(holder['leases'])) sink.fact(fromJson(lease))
  }
}

function fromJson(lease: JsonObject): ToldFact {
  const cltt = numberOf(lease['cltt'])
  return {
    ...leaseOf(textOf(lease['hw-address']), textOf(lease['ip-address'])),
    name: textOf(lease['hostname']),
    clientId: textOf(lease['client-id']).replaceAll(':', ''),
    from: secondsOf(cltt),
    to: secondsOf(cltt + numberOf(lease['valid-lft'])),
  }
}
