// What stands in the kernel against what should: the smallest transaction from one to the other,
// and what it means for which device. Profiles are named after their content, so names suffice.
import { TABLE, type MapName } from './base-text.ts'
import { cutLines } from './cut-text.ts'
import { elementLines, rulesetText, type Ruleset } from './ruleset.ts'

/** What is in the kernel now, by name; nothing of its rules is trusted beyond that. */
export interface Standing {
  /** Undefined when there is no table of ours. */
  readonly base: string | undefined
  readonly sets: ReadonlySet<string>
  readonly chains: ReadonlySet<string>
  readonly maps: { readonly [map in MapName]: ReadonlyMap<string, string> }
  /** Chains of the quarantine table. */
  readonly cut: readonly string[]
}

/** One transaction, and what it changes. */
export interface Change {
  /** For `nft -f -`; '' when nothing changes. */
  readonly text: string
  /** Whether the whole table is replaced: counters then begin anew. */
  readonly isWhole: boolean
  readonly devices: readonly DeviceChange[]
}

/** How packets of one key (interface and MAC, or address) are held before and after. */
export interface DeviceChange {
  /** `lan0 . 02:00:00:00:00:01`, `192.0.2.7` */
  readonly key: string
  readonly way: 'from' | 'to'
  /** As for `heldText`; undefined: as a new device. */
  readonly before: string | undefined
  readonly after: string | undefined
}

/** The transaction that leads from what stands to what should. */
export function changeOf(standing: Standing, ruleset: Ruleset): Change {
  const cut = cutLines(ruleset.cut, standing.cut)
  const devices = deviceChanges(standing, ruleset)
  const isWhole = standing.base !== ruleset.base.name
  const body = isWhole ? rulesetText(ruleset) : partLines(standing, ruleset).join('\n')
  const cutStands = standing.cut.length > 0 && cut.length === CUT_DECLARATIONS
  if (body === '' && cutStands) return { text: '', isWhole: false, devices }
  return { text: `${cut.join('\n')}\n${body}\n`, isWhole, devices }
}

/** The table and its two sets. */
const CUT_DECLARATIONS = 3

/** New parts first, then the devices that move to them, then what nobody uses any more. */
function partLines(standing: Standing, ruleset: Ruleset): string[] {
  const declared = [...ruleset.sets, ...ruleset.chains]
  const there = (name: string) => standing.sets.has(name) || standing.chains.has(name)
  const fresh = declared.filter(([name]) => !there(name)).map(([, text]) => text)
  const lines = fresh.length === 0 ? [] : [`table inet ${TABLE} {`, ...fresh, '}']
  for (const [name, wanted] of Object.entries(ruleset.maps)) {
    const now = standing.maps[name as MapName]
    const gone = new Map([...now].filter(([key, to]) => wanted.get(key) !== to))
    const added = new Map([...wanted].filter(([key, to]) => now.get(key) !== to))
    lines.push(...elementLines('delete', name, gone), ...elementLines('add', name, added))
  }
  const staleChains = [...standing.chains].filter((name) => !ruleset.chains.has(name))
  const staleSets = [...standing.sets].filter((name) => !ruleset.sets.has(name))
  lines.push(...staleChains.map((name) => `flush chain inet ${TABLE} ${name}`))
  lines.push(...staleChains.map((name) => `delete chain inet ${TABLE} ${name}`))
  lines.push(...staleSets.map((name) => `delete set inet ${TABLE} ${name}`))
  return lines
}

function deviceChanges({ maps }: Standing, ruleset: Ruleset): DeviceChange[] {
  const changes: DeviceChange[] = []
  for (const [name, wanted] of Object.entries(ruleset.maps)) {
    const now = maps[name as MapName]
    const way = name.startsWith('from') ? 'from' : 'to'
    for (const key of new Set([...now.keys(), ...wanted.keys()])) {
      const [before, after] = [now.get(key), wanted.get(key)]
      if (before !== after) changes.push({ key: key.replaceAll('"', ''), way, before, after })
    }
  }
  return changes
}

/** `everything passes`, `counted by profile p0123456789ab`, `held to …`, `as a new device`. */
export function heldText(verdict: string | undefined): string {
  if (verdict === undefined) return 'as a new device'
  const parts = /^goto (p[0-9a-f]{12})_([et])_/.exec(verdict)
  if (!parts) return 'everything passes'
  return `${parts[2] === 'e' ? 'held to' : 'counted by'} profile ${parts[1]}`
}

/** Nothing of ours. */
export const NOTHING_STANDS: Standing = {
  base: undefined,
  sets: new Set(),
  chains: new Set(),
  maps: {
    from_device: new Map(),
    from_address4: new Map(),
    from_address6: new Map(),
    to_device: new Map(),
    to_address4: new Map(),
    to_address6: new Map(),
  },
  cut: [],
}

/** What stands once a ruleset has been brought in. */
export const standingOf = ({ base, cut, sets, chains, maps }: Ruleset): Standing => ({
  base: base.name,
  sets: new Set(sets.keys()),
  chains: new Set(chains.keys()),
  maps,
  cut: [`ingress_${cut.name}`, `egress_${cut.name}`],
})
