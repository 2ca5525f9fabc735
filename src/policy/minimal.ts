// Of the permissions a device needs, those that no other one includes.
import { ruleCovers } from './cover.ts'
import { contentFrom, joined, peerValue, type Entry } from './entry.ts'
import type { Peer, RuleContent } from './form.ts'
import type { Site } from './site.ts'

/** Drops what another permission includes, and gives that one its evidence. */
export function minimal(entries: Entry[], site: Site): Entry[] {
  if (entries.length < 2 || (entries.length <= LONG && !anyMayCover(entries))) return entries
  const covering = new Covering(entries, site)
  const target = entries.map((_, index) => covering.broadest(index))
  if (target.every((broad) => broad < 0)) return entries
  const members = new Map<number, Entry[]>()
  for (let index = 0; index < entries.length; index++) {
    let root = index
    while (target[root] >= 0) root = target[root]
    const family = members.get(root)
    if (!family) members.set(root, [entries[index]])
    else family.push(entries[index])
  }
  return [...members].map(([root, all]) => {
    const broad = entries[root]
    if (all.length === 1) return broad
    const { peer, ports, application } = broad
    const rest = all.filter((entry) => entry !== broad)
    return joined([broad, ...rest], { peer, ports, application })
  })
}

/** Lists longer than this are looked through by port. */
const LONG = 32

/** Which of a device's entries includes which. */
class Covering {
  private readonly entries: readonly Entry[]
  private readonly site: Site
  private readonly contents: (RuleContent | undefined)[] = []
  /** For long lists: indices by the one port, -1 for those that have none, or several. */
  private readonly byPort: ReadonlyMap<number, readonly number[]> | undefined

  constructor(entries: readonly Entry[], site: Site) {
    this.entries = entries
    this.site = site
    if (entries.length > LONG) {
      this.byPort = Map.groupBy(entries.keys(), (index) => onePort(entries[index]))
    }
  }

  /**
   * The first entry that includes this one; of two that include each other the first one stays. -1
   * when there is none.
   */
  broadest(narrow: number): number {
    const { entries, byPort } = this
    if (!byPort) {
      for (let broad = 0; broad < entries.length; broad++) {
        if (this.includes(broad, narrow)) return broad
      }
      return -1
    }
    const port = onePort(entries[narrow])
    const first = (indices: readonly number[] | undefined) =>
      indices?.find((broad) => this.includes(broad, narrow)) ?? Infinity
    const broad = Math.min(first(byPort.get(-1)), port < 0 ? Infinity : first(byPort.get(port)))
    return broad === Infinity ? -1 : broad
  }

  private includes(broad: number, narrow: number): boolean {
    return (
      broad !== narrow &&
      this.covers(broad, narrow) &&
      (broad < narrow || !this.covers(narrow, broad))
    )
  }

  private covers(broad: number, narrow: number): boolean {
    if (!mayCover(this.entries[broad], this.entries[narrow])) return false
    return ruleCovers(this.content(broad), this.content(narrow), this.site)
  }

  private content(index: number): RuleContent {
    return (this.contents[index] ??= contentFrom(this.entries[index]))
  }
}

/** Most devices need nothing that could include anything else. */
function anyMayCover(entries: readonly Entry[]): boolean {
  for (let narrow = 0; narrow < entries.length; narrow++) {
    for (let broad = 0; broad < entries.length; broad++) {
      if (broad !== narrow && mayCover(entries[broad], entries[narrow])) return true
    }
  }
  return false
}

const onePort = ({ ports }: Entry) => (ports && ports.from === ports.to ? ports.from : -1)

/** What `ruleCovers` would find out at greater length: nearly all pairs have nothing in common. */
function mayCover(broad: Entry, narrow: Entry): boolean {
  if (broad.ipProtocol !== narrow.ipProtocol || broad.initiated !== narrow.initiated) return false
  if (broad.application !== '' && broad.application !== narrow.application) return false
  const { ports } = broad
  if (ports && narrow.ports) {
    if (ports.from > narrow.ports.from || ports.to < narrow.ports.to) return false
  }
  return mayCoverPeer(broad.peer, narrow.peer)
}

function mayCoverPeer(broad: Peer, narrow: Peer): boolean {
  switch (broad.kind) {
    case 'any':
    case 'class':
      return true
    case 'name':
      return narrow.kind === 'name' && (broad.name === narrow.name || broad.name.startsWith('*.'))
    case 'prefix':
      return narrow.kind === 'prefix' || narrow.kind === 'multicast'
    default:
      return broad.kind === narrow.kind && peerValue(broad) === peerValue(narrow)
  }
}
