// Data carried in the names of DNS questions: every question is new, long, and below one domain.
// Reverse look-ups, long names that are asked again and names of a content network are not that.
import { SECOND, spanText } from '../../core/clock.ts'
import type { Transaction } from '../../flow/index.ts'
import { holderOf } from '../../policy/index.ts'
import { threshold, type DetectContext, type Detector } from '../detector.ts'

const DOMAINS = threshold('domains', '2048 domains', 'domains with long names below them')
const WINDOW = threshold('window', '600 seconds', 'a tunnel that slow carries nothing')
const NAMES = threshold('names', '40 names', 'content networks and trackers stay far below')
const KEPT = threshold('kept', '512 names', 'different names kept of one domain')
const LABEL = threshold(
  'label',
  '24 characters',
  'names that people or programs choose are shorter',
)
const CARRIED = threshold('carried', '2500 bytes', 'below the domain, in different names')
const REPEATS = threshold('repeats', '0.5 share', 'ordinary names are asked again; data is not')

/** Types that carry answers worth a tunnel; ordinary programs ask such names for addresses. */
const ROOMY = /^(TXT|NULL|CNAME|MX|SRV|TYPE\d+)$/

interface Names {
  readonly domain: string
  readonly client: number
  readonly resolvers: Set<number>
  readonly from: number
  last: number
  readonly names: Set<string>
  questions: number
  carried: number
  roomy: number
  readonly frames: number[]
  tellAt: number
}

type Table = { get(key: string): Names | undefined; set(key: string, names: Names): Names }

export const detector: Detector = {
  id: 'dns-tunnel',
  title: 'Data sent in DNS questions',
  severity: 'high',
  techniques: ['T1071.004', 'T1048.003', 'T1572'],
  why:
    'Nearly every network lets DNS pass: who hides data in names gets it out, and orders in, ' +
    'past each allow-list.',
  respond:
    'Block the domain at the resolver, take the device off the network and look for what it ' +
    'sent. Let devices ask your own resolver only.',
  falsePositives:
    'Virus scanners and mail filters that ask for fingerprints of files by DNS; programs that ' +
    'measure the reach of DNS.',
  limits: [DOMAINS, WINDOW, NAMES, KEPT, LABEL, CARRIED, REPEATS],
  create(context) {
    const table = context.table<Names>(DOMAINS)
    const raw = context.table<string>(DOMAINS)
    return {
      transactions: {
        dns(transaction) {
          const { fields } = transaction
          if (fields.kind !== 'query' || !Array.isArray(fields.questions)) return
          const question = fields.questions[0] as { name: string; type: string } | undefined
          if (!question || !isLong(question.name)) return
          const domain = domainOf(raw, transaction.source, question.name)
          if (domain === '') return
          const names = note(table, transaction, { ...question, domain })
          if (names) judge(context, names)
        },
      },
      finish() {
        for (const names of table.values()) if (names.tellAt > 0) tell(context, names)
      },
    }
  },
}

/** Whether one label is longer than labels are. */
function isLong(name: string): boolean {
  if (name.length < 40) return false
  for (let from = 0; from < name.length;) {
    const dot = name.indexOf('.', from)
    const end = dot < 0 ? name.length : dot
    if (end - from >= LABEL.value) return true
    from = end + 1
  }
  return false
}

/**
 * The domain below which data may stand, '' for none. Raw bytes are written as `\\200`, and long
 * names of them are cut before their domain: it is that of the client's last name of raw bytes.
 */
function domainOf(
  raw: { get(key: number): string | undefined; set(key: number, domain: string): string },
  client: number,
  name: string,
): string {
  const escaped = name.includes('\\')
  if (escaped && name.length >= CUT) return raw.get(client) ?? ''
  const domain = holderOf(name)
  if (domain === name) return ''
  return escaped ? raw.set(client, domain) : domain
}

/** Characters from which on a name is cut when it is read. */
const CUT = 250

/** Whoever asks for a name first is the one who asks: resolvers ask again on behalf of others. */
function note(
  table: Table,
  { source, destination, time, frame }: Transaction,
  { name, type, domain }: { readonly name: string; readonly type: string; readonly domain: string },
): Names | undefined {
  const first = current(table, domain, time)
  if (first && first.client !== source && first.names.has(name)) return undefined
  const key = first && first.client !== source ? `${domain} ${source}` : domain
  const names =
    current(table, key, time) ??
    table.set(key, {
      ...{ domain, client: source, resolvers: new Set(), from: time, last: time },
      ...{ names: new Set<string>(), questions: 0, carried: 0, roomy: 0, frames: [], tellAt: 0 },
    })
  names.last = time
  names.questions++
  names.resolvers.add(destination)
  if (names.names.has(name) || names.names.size >= KEPT.value) return names
  names.names.add(name)
  names.carried += name.length - domain.length
  if (ROOMY.test(type)) names.roomy++
  if (names.frames.length < 6) names.frames.push(frame)
  return names
}

function current(table: Table, key: string, time: number): Names | undefined {
  const names = table.get(key)
  if (!names) return undefined
  return names.tellAt > 0 || time - names.from <= WINDOW.value * SECOND ? names : undefined
}

function judge(context: DetectContext, names: Names): void {
  const different = names.names.size
  if (different < NAMES.value || names.carried < CARRIED.value) return
  if (different < KEPT.value && different < names.questions * REPEATS.value) return
  if (names.questions < names.tellAt) return
  names.tellAt = Math.ceil(names.questions * 1.25)
  tell(context, names)
}

function tell(context: DetectContext, names: Names): void {
  const { domain, client, from, last, questions, carried, frames } = names
  const different = names.names.size
  const roomy = names.roomy > different / 2
  const more = different >= KEPT.value ? 'more than ' : ''
  context.raise({
    key: `${domain} ${client}`,
    about: client,
    severity: roomy ? 'high' : 'medium',
    confidence: roomy ? 0.9 : 0.65,
    from,
    to: last,
    sources: [client],
    targets: [...names.resolvers].slice(0, 8),
    expected: 'names that are asked for again, and labels that somebody chose',
    seen:
      `${more}${different} different long names below ${domain} within ` +
      `${spanText(last - from)}, ${Math.round(carried / different)} characters each`,
    frames,
    count: questions,
    taints: { originator: client, responder: 0, port: 53, from, to: last },
  })
}
