// Which name a server goes by, learnt from log records by the same order of trust as from packets:
// TLS before QUIC before HTTP before DNS.
import type { AddressKey } from '../../core/addresses.ts'
import type { NameSource, NameTable, Transaction } from '../../flow/index.ts'
import type { AddressTexts } from './address-texts.ts'
import type { Story } from './feed.ts'

const TRUST: { readonly [source in NameSource]: number } = {
  '': 0,
  dns: 1,
  http: 2,
  quic: 3,
  tls: 4,
}

/** Takes the server's name from a ClientHello, a QUIC Initial or an HTTP request. */
export function nameSaid(story: Story, { protocol, fields }: Transaction): void {
  if (protocol !== 'tls' && protocol !== 'quic' && protocol !== 'http') return
  const said = protocol === 'http' ? hostName(fields.host) : fields.serverName
  if (typeof said !== 'string' || said === '') return
  if (TRUST[protocol] < TRUST[story.nameSource]) return
  story.serverName = said.toLowerCase()
  story.nameSource = protocol
}

/** The name in a Host header, without its port; undefined for an address. */
function hostName(host: unknown): string | undefined {
  if (typeof host !== 'string') return undefined
  const name = host.replace(/:\d+$/, '')
  return /^[\d.]+$/.test(name) || name.startsWith('[') ? undefined : name
}

/** Remembers what a DNS answer told the client at `client`. */
export function learnNames(
  names: NameTable,
  { fields, time }: Transaction,
  client: AddressKey,
  texts: AddressTexts,
): void {
  if (fields.kind !== 'response') return
  const { questions, answers } = fields as {
    questions?: readonly { name: string }[]
    answers?: readonly { type: string; data?: unknown }[]
  }
  const name = questions?.[0]?.name
  if (!name || !answers) return
  for (const answer of answers) {
    if (answer.type !== 'A' && answer.type !== 'AAAA') continue
    const address = texts.address(String(answer.data))
    if (address >= 0) names.learn(client, address, name, time)
  }
}
