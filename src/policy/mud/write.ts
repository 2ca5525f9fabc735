// Profile → RFC 8520. What MUD cannot say is said in the loss report, with what it does to the
// permissions.
import { createHash } from 'node:crypto'
import { isoTime, type Microseconds } from '../../core/clock.ts'
import type { Profile } from '../form.ts'
import { subjectText } from '../wording.ts'
import type { Loss } from './loss.ts'
import { acesOf, type Direction, type ListFamily, type WrittenAce } from './write-ace.ts'

export interface MudWriteOptions {
  /** Where the file will be fetched from, https. Default: the profile's own. */
  readonly mudUrl?: string
  /** When the profile was last changed. */
  readonly lastUpdate: Microseconds
  /** 1 to 168; default 48. */
  readonly cacheValidityHours?: number
  /** Default true. */
  readonly isSupported?: boolean
  /** Where the detached signature will lie. */
  readonly mudSignature?: string
  /** Shown to people; default: whom the profile is about. */
  readonly systeminfo?: string
  readonly manufacturer?: string
  readonly model?: string
  readonly documentation?: string
  /**
   * Whether a device named by a rule is of the subject's manufacturer: then the class stands for
   * it.
   */
  readonly sameManufacturer?: (device: string) => boolean
}

export interface MudWritten {
  /** For `JSON.stringify`; valid under the modules of RFC 8520 and RFC 8519. */
  readonly json: { readonly [name: string]: unknown }
  readonly loss: readonly Loss[]
}

/** A MUD URL for a file that nobody serves yet (RFC 2606 keeps `.invalid` free). */
const NOWHERE = 'https://thingward.invalid/mud'

/** Compiles a profile to RFC 8520. */
export function writeMud(profile: Profile, options: MudWriteOptions): MudWritten {
  const loss: Loss[] = []
  const aces = profile.rules.flatMap((rule) => acesOf(rule, options, loss))
  const lists = listsOf(profile, aces)
  const policy = (direction: Direction) => {
    const names = lists.filter((list) => list.direction === direction).map(({ name }) => ({ name }))
    if (names.length === 0) return {}
    return { [`${direction}-device-policy`]: { 'access-lists': { 'access-list': names } } }
  }
  const mud = {
    'mud-version': 1,
    'mud-url': urlOf(profile, options),
    'last-update': isoTime(options.lastUpdate).replace(/\.\d+Z$/, 'Z'),
    ...(options.mudSignature !== undefined && { 'mud-signature': options.mudSignature }),
    'cache-validity': Math.min(168, Math.max(1, Math.trunc(options.cacheValidityHours ?? 48))),
    'is-supported': options.isSupported ?? true,
    systeminfo: textOf(options.systeminfo ?? subjectText(profile.subject)),
    ...(options.manufacturer !== undefined && { 'mfg-name': textOf(options.manufacturer) }),
    ...(options.model !== undefined && { 'model-name': textOf(options.model) }),
    ...(options.documentation !== undefined && { documentation: options.documentation }),
    ...policy('from'),
    ...policy('to'),
  }
  const acl = lists.map(({ name, type, entries }) => ({ name, type, aces: { ace: entries } }))
  const acls = acl.length > 0 ? { 'ietf-access-control-list:acls': { acl } } : {}
  return { json: { 'ietf-mud:mud': mud, ...acls }, loss }
}

/**
 * Without characters that no YANG string may hold (RFC 7950 9.4), and no longer than people read.
 */
const textOf = (text: string): string =>
  // eslint-disable-next-line no-control-regex
  text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .slice(0, 256)
    .toWellFormed()

function urlOf(profile: Profile, options: MudWriteOptions): string {
  const url = options.mudUrl ?? profile.mudUrl
  if (url !== undefined && /^https:\/\/[\x21-\x7e]+$/.test(url)) return url
  return `${NOWHERE}/${numberOf(profile)}.json`
}

/** Five digits that belong to the profile's subject, as the RFC's examples number their lists. */
const numberOf = (profile: Profile): string => {
  const digest = createHash('sha256').update(JSON.stringify(profile.subject)).digest()
  return String(digest.readUInt32BE(0) % 100_000).padStart(5, '0')
}

interface WrittenList {
  readonly name: string
  readonly type: string
  readonly direction: Direction
  readonly entries: readonly WrittenAce['ace'][]
}

const FAMILIES: readonly (readonly [ListFamily, string])[] = [
  ['ipv4', 'v4'],
  ['ipv6', 'v6'],
  ['eth', 'eth'],
]

/** Up to six lists: per direction one per family, in a fixed order. */
function listsOf(profile: Profile, aces: readonly WrittenAce[]): WrittenList[] {
  const number = numberOf(profile)
  const lists: WrittenList[] = []
  for (const direction of ['from', 'to'] as const) {
    for (const [family, short] of FAMILIES) {
      const entries = aces
        .filter((ace) => ace.direction === direction && ace.family === family)
        .map(({ ace }) => ace)
      if (entries.length === 0) continue
      const name = `mud-${number}-${short}${direction === 'from' ? 'fr' : 'to'}`
      lists.push({ name, type: `${family}-acl-type`, direction, entries })
    }
  }
  return lists
}
