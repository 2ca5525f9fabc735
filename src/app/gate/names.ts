// Names in rules → addresses, from this machine's resolver; and why there are none.
import { promises as dns } from 'node:dns'

/** Names asked for at once, and in all. */
const ASKED_MAX = 2000
const ASKED_MS_MAX = 5000

type Addresses = ReadonlyMap<string, readonly string[]>

/** Addresses by name, and a reason for each name whose addresses are missing or in doubt. */
export interface ResolvedNames {
  readonly names: Addresses
  readonly doubts: ReadonlyMap<string, string>
}

/** For a gate that does not ask. */
export const notAsked = (wanted: readonly string[]): ResolvedNames => ({
  names: new Map(),
  doubts: new Map(wanted.map((name) => [name, 'nobody was asked (--resolve)'])),
})

/**
 * What this machine's resolver says. Where it could not answer, the addresses of last time stay: a
 * resolver that is down must not cut off what was permitted. An answer that there are none counts.
 */
export async function resolved(wanted: readonly string[], last: Addresses): Promise<ResolvedNames> {
  const names = new Map<string, readonly string[]>()
  const doubts = new Map<string, string>()
  for (const name of wanted.filter(isPattern)) doubts.set(name, 'a resolver cannot list names')
  const single = wanted.filter((name) => !isPattern(name))
  for (const name of single.slice(ASKED_MAX)) doubts.set(name, `more than ${ASKED_MAX} names`)
  const resolver = new dns.Resolver({ timeout: ASKED_MS_MAX, tries: 1 })
  const one = async (name: string) => {
    const asked = [resolver.resolve4(name), resolver.resolve6(name)]
    const answers = await Promise.allSettled<string[]>(asked)
    const codes = answers.map((each) => (each.status === 'rejected' ? codeOf(each) : undefined))
    const isSilent = codes.map((code) => code !== undefined && !ANSWERS.has(code))
    const failure = codes.find((_, family) => isSilent[family])
    const kept = (last.get(name) ?? []).filter((text) => isSilent[text.includes(':') ? 1 : 0])
    const found = answers.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
    const addresses = [...found, ...kept].toSorted()
    if (addresses.length > 0) names.set(name, addresses)
    if (failure !== undefined) {
      const stays = kept.length > 0 ? '; the addresses of last time stay' : ''
      doubts.set(name, `${WORDS.get(failure) ?? `the resolver failed (${failure})`}${stays}`)
    } else if (addresses.length === 0) {
      doubts.set(name, WORDS.get(codes.includes('ENOTFOUND') ? 'ENOTFOUND' : 'ENODATA')!)
    }
  }
  await Promise.all(single.slice(0, ASKED_MAX).map(one))
  return { names, doubts }
}

const isPattern = (name: string) => name.startsWith('*.')

const codeOf = ({ reason }: PromiseRejectedResult) =>
  String((reason as NodeJS.ErrnoException).code ?? 'no code')

/** Failures that are answers: there is no such name, or it has no address of this kind. */
const ANSWERS = new Set(['ENOTFOUND', 'ENODATA'])

/** Codes of c-ares, as Node passes them on. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', 'there is no such name'],
  ['ENODATA', 'the name has no address'],
  ['ESERVFAIL', 'the resolver could not find out'],
  ['EREFUSED', 'the resolver refused to answer'],
  ['ECONNREFUSED', 'no resolver answers'],
  ['ETIMEOUT', 'no answer in time'],
  ['EBADNAME', 'not a name that can be asked for'],
])
