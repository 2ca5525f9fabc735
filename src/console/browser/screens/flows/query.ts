// The query box of the flows: `service:telnet port:23 last:1h camera`. What has a key becomes a
// filter of the API, the rest are words to look for.

export interface FlowQuery {
  readonly device: string
  readonly peer: string
  readonly service: string
  readonly port: string
  /** ISO 8601, '' without. */
  readonly from: string
  readonly to: string
  /** Words without a key. */
  readonly q: string
  /** What was not understood, in words. */
  readonly wrong: readonly string[]
}

export const KEYS = ['device', 'peer', 'service', 'port', 'from', 'to', 'last'] as const
type Key = (typeof KEYS)[number]

const PORT_MAX = 65_535
const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Words of a query; quotes hold blanks together. */
const words = (text: string): string[] =>
  [...text.matchAll(/(?:[^\s":]+:)?"[^"]*"?|\S+/g)].map(([word]) => word.replaceAll('"', ''))

/** `now` in milliseconds since 1970, for `last:`. */
export function readQuery(text: string, now: number): FlowQuery {
  const found: Record<Key | 'q', string> = {
    device: '',
    peer: '',
    service: '',
    port: '',
    from: '',
    to: '',
    last: '',
    q: '',
  }
  const wrong: string[] = []
  for (const word of words(text)) {
    const at = word.indexOf(':')
    const key = word.slice(0, at).toLowerCase()
    if (at > 0 && isKey(key)) {
      found[key] = word.slice(at + 1)
    } else {
      if (at > 0 && /^[a-z]+$/.test(key) && !looksLikeAddress(word)) {
        wrong.push(`'${key}:' is not known; there are ${KEYS.map((one) => `${one}:`).join(' ')}`)
      }
      found.q = found.q === '' ? word : `${found.q} ${word}`
    }
  }
  const { last, ...rest } = found
  const from = last === '' ? moment('from', rest.from, wrong) : since(last, now, wrong)
  return {
    ...rest,
    port: port(rest.port, wrong),
    from,
    to: moment('to', rest.to, wrong),
    wrong,
  }
}

const isKey = (key: string): key is Key => (KEYS as readonly string[]).includes(key)

/** IPv6 addresses and MACs have colons of their own. */
const looksLikeAddress = (word: string) => /^[0-9a-f:.]+$/i.test(word)

function port(text: string, wrong: string[]): string {
  if (text === '' || (/^\d{1,5}$/.test(text) && Number(text) <= PORT_MAX)) return text
  wrong.push(`'port:${text}' is no number from 0 to ${PORT_MAX}`)
  return ''
}

function moment(key: string, text: string, wrong: string[]): string {
  if (text === '') return ''
  const date = new Date(text)
  if (!Number.isNaN(date.getTime())) return date.toISOString()
  wrong.push(`'${key}:${text}' is no time such as 2026-11-22T14:00`)
  return ''
}

function since(text: string, now: number, wrong: string[]): string {
  const match = /^(\d{1,5})([smhd])$/.exec(text)
  if (!match) {
    wrong.push(`'last:${text}' is no span such as 15m, 4h, 7d`)
    return ''
  }
  // Whole minutes: the address of a query stays the same question while somebody looks at it.
  const from = now - Number(match[1]) * UNITS_MS[match[2]]
  return new Date(Math.floor(from / 60_000) * 60_000).toISOString()
}

/** The text with `key:value` put in place of any other value of that key; '' takes it out. */
export function withKey(text: string, key: Key, value: string): string {
  const rest = [...text.matchAll(/(?:[^\s":]+:)?"[^"]*"?|\S+/g)]
    .map(([word]) => word)
    .filter((word) => !word.toLowerCase().startsWith(`${key}:`))
  const quoted = /\s/.test(value) ? `"${value}"` : value
  return [...rest, ...(value === '' ? [] : [`${key}:${quoted}`])].join(' ')
}
