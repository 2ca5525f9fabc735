// Which documented record is which observed device: by MAC, then by address, then by name. One
// record, one device; what fits twice is told, not guessed.
import type { DocumentedDevice } from './record.ts'
import type { ObservedDevice } from './observed.ts'

export type MatchedBy = 'mac' | 'address' | 'name'

/** A record that was not matched although something fits, and why. */
export interface Doubt {
  readonly documented: DocumentedDevice
  readonly because: string
}

/** Indices of records and devices that belong together. */
export interface Matching {
  readonly pairs: readonly {
    readonly documented: number
    readonly observed: number
    readonly by: MatchedBy
  }[]
  readonly doubts: readonly Doubt[]
}

/** Devices by one of their words; those that share a word stand under it together. */
class Index {
  private readonly entries = new Map<string, number[]>()

  add(word: string, index: number): void {
    const known = this.entries.get(word)
    if (!known) this.entries.set(word, [index])
    else if (known.at(-1) !== index) known.push(index)
  }

  of(word: string): readonly number[] {
    return this.entries.get(word) ?? []
  }
}

/** The part of a name that lists and devices agree on: first label, letters and digits. */
export const plainName = (name: string): string =>
  name
    .split('.')[0]
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')

/** Pairs records and devices; strongest evidence first, over all records. */
export function match(
  documented: readonly DocumentedDevice[],
  observed: readonly ObservedDevice[],
): Matching {
  return new Matcher(documented, observed).run()
}

class Matcher {
  private readonly documented: readonly DocumentedDevice[]
  private readonly observed: readonly ObservedDevice[]
  private readonly pairs: { documented: number; observed: number; by: MatchedBy }[] = []
  private readonly doubts: Doubt[] = []
  private readonly open: Set<number>
  /** Record by device that is taken. */
  private readonly taken = new Map<number, number>()

  constructor(documented: readonly DocumentedDevice[], observed: readonly ObservedDevice[]) {
    this.documented = documented
    this.observed = observed
    this.open = new Set(documented.keys())
  }

  run(): Matching {
    const macs = new Index()
    const addresses = new Index()
    const names = new Index()
    this.observed.forEach((device, index) => {
      for (const mac of device.macs) macs.add(mac, index)
      for (const address of device.addresses) addresses.add(address, index)
      const hostname = device.attributes.hostname
      for (const name of hostname?.said ?? []) {
        if (plainName(name) !== '') names.add(plainName(name), index)
      }
      if (hostname) names.add(plainName(hostname.value), index)
    })
    this.pass('mac', ({ macs: own }) => own.flatMap((mac) => macs.of(mac)))
    this.pass('address', ({ addresses: own }) => this.current(own, addresses))
    const given = new Index()
    this.documented.forEach(({ name }, index) => {
      if (plainName(name) !== '') given.add(plainName(name), index)
    })
    this.pass('name', ({ name }) => {
      const word = plainName(name)
      return word.length > 1 && given.of(word).length === 1 ? names.of(word) : []
    })
    return { pairs: this.pairs, doubts: this.doubts }
  }

  private pass(by: MatchedBy, candidates: (device: DocumentedDevice) => readonly number[]): void {
    for (const index of [...this.open]) {
      const record = this.documented[index]
      const all = tally(candidates(record)).filter((one) => this.sameSite(record, one))
      const free = all.filter((one) => !this.taken.has(one))
      if (free.length === 0) {
        if (all.length > 0 && by !== 'name') this.doubt(index, all[0], by)
        continue
      }
      if (free.length > 1 && by !== 'mac') {
        const ids = free.map((one) => this.observed[one].id).join(', ')
        this.doubts.push({ documented: record, because: `its ${by} is that of ${ids}` })
        continue
      }
      this.pairs.push({ documented: index, observed: free[0], by })
      this.taken.set(free[0], index)
      this.open.delete(index)
    }
  }

  private doubt(index: number, observed: number, by: MatchedBy): void {
    const other = this.documented[this.taken.get(observed)!]
    const { file, line } = other.place
    const who = `${other.name || other.macs[0] || other.addresses[0]} (${file}:${line})`
    const because = `its ${by} is that of ${this.observed[observed].id}, which is ${who} already`
    this.doubts.push({ documented: this.documented[index], because })
  }

  private sameSite(record: DocumentedDevice, observed: number): boolean {
    const { site } = this.observed[observed]
    return site === '' || record.site === '' || site.toLowerCase() === record.site.toLowerCase()
  }

  /** Who has an address now; who had it before only where nobody has it now. */
  private current(own: readonly string[], addresses: Index): readonly number[] {
    const all = own
      .filter((address) => !SELF_GIVEN.test(address))
      .flatMap((address) => addresses.of(address))
    const now = all.filter((index) => own.includes(this.observed[index].addresses.at(-1) ?? ''))
    return now.length > 0 ? now : all
  }
}

/** Addresses that a host gives itself: every link has its own 169.254.1.1. */
const SELF_GIVEN = /^(169\.254\.|fe80:|127\.|::1$)/

/** Each once, the one that was named most often first. */
function tally(indices: readonly number[]): number[] {
  const counts = new Map<number, number>()
  for (const index of indices) counts.set(index, (counts.get(index) ?? 0) + 1)
  return [...counts].toSorted((one, other) => other[1] - one[1]).map(([index]) => index)
}
