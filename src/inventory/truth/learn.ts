// Facts of others → notes of the inventory: a MAC owns an address, has a name, is on a port. What
// was seen on the wire is worth more than what a table says: where they differ, the table's word is
// recorded as a contradiction and claims nothing.
import type { AddressKey } from '../../core/addresses.ts'
import { MARK } from '../identifier.ts'
import { findInterfaces } from '../interfaces.ts'
import type { Notes } from '../notes.ts'
import { concludeHostname } from '../tables/naming.ts'
import type { AddressFact } from './kind.ts'
import type { TruthFile } from './read.ts'

/** The time that was looked at, microseconds. */
export interface Span {
  readonly first: number
  readonly last: number
}

/** What became of a file's facts. */
export interface TruthUse {
  readonly file: string
  readonly kind: string
  readonly facts: number
  /** Taken over. */
  readonly used: number
  /** Not of the time that was looked at. */
  readonly untimely: number
  /** Said otherwise on the wire. */
  readonly contradicted: number
  /** Without a usable MAC or address. */
  readonly left: number
}

/** Notes whose source begins so hold what a table says, not what was seen. */
export const TOLD = 'truth-'

/** Takes over all facts that hold within `span`; answers what became of them, by file. */
export function learnTruth(notes: Notes, files: readonly TruthFile[], span: Span): TruthUse[] {
  const owners = provenOwners(notes)
  const before = notes.now
  try {
    return files.map((file) => new Learning({ notes, owners, span, file }).run())
  } finally {
    notes.now = before
  }
}

/** Who has shown an address on the wire: by ARP, ND or DHCP, or in front of no router. */
function provenOwners(notes: Notes): Map<AddressKey, number[]> {
  const owners = new Map<AddressKey, number[]>()
  for (const [mac, found] of findInterfaces(notes).byMac) {
    const add = (address: AddressKey) => {
      const known = owners.get(address)
      if (!known) owners.set(address, [mac])
      else if (!known.includes(mac)) known.push(mac)
    }
    for (const address of found.claims.keys()) if (address >= 0) add(address)
    for (const seen of found.addresses.values()) if (seen.marks & MARK.adjacent) add(seen.address)
  }
  return owners
}

interface Parts {
  readonly notes: Notes
  readonly owners: ReadonlyMap<AddressKey, readonly number[]>
  readonly span: Span
  readonly file: TruthFile
}

class Learning {
  private readonly parts: Parts
  private used = 0
  private untimely = 0
  private contradicted = 0

  constructor(parts: Parts) {
    this.parts = parts
  }

  run(): TruthUse {
    const { file, span } = this.parts
    for (const fact of file.facts) {
      if (fact.from > span.last || fact.to < span.first) this.untimely++
      else this.take(fact)
    }
    return {
      file: file.file,
      kind: file.kind.id,
      facts: file.facts.length,
      used: this.used,
      untimely: this.untimely,
      contradicted: this.contradicted,
      left: file.left,
    }
  }

  private take(fact: AddressFact): void {
    const { notes, file, span } = this.parts
    const { kind } = file
    const endpoint = notes.ofMac(fact.mac, 0)
    if (endpoint <= 0) return
    const first = Math.max(fact.from, span.first)
    const last = Math.min(fact.to, span.last)
    this.at(first)
    if (fact.address !== '' && !this.owns(fact, endpoint, { first, last })) return
    notes.mark(endpoint, MARK.alive)
    if (fact.port !== '') notes.note(endpoint, `${TOLD}${kind.id}-port`, fact.port)
    if (fact.clientId.length >= 8 && fact.clientId !== `01${fact.mac.replaceAll(':', '')}`) {
      const note = notes.note(endpoint, 'dhcp-client-id', fact.clientId)
      note?.identity('dhcp-client-id', fact.clientId)
    }
    if (fact.name !== '' && kind.names !== 'none') {
      const note = notes.note(endpoint, `${kind.names}-${kind.id}-name`, fact.name)
      if (note) concludeHostname(note, fact.name)
    }
    this.used++
  }

  /** Notes that the MAC has the address, from first to last; false when the wire says otherwise. */
  private owns(fact: AddressFact, endpoint: number, { first, last }: Span): boolean {
    const { notes, file, owners } = this.parts
    const { endpoints } = notes.neighbourhood
    const proven = owners.get(endpoints.addresses.parse(fact.address)) ?? []
    const source = `${TOLD}${file.kind.id}`
    if (proven.length > 0 && !proven.includes(endpoints.mac(endpoint))) {
      this.contradicted++
      const owner = endpoints.internKeys(proven[0], -1, 0)
      const before = `${fact.address} at ${fact.mac} (${file.file})`
      const after = `${fact.address} at this MAC on the wire`
      notes.contradiction({
        endpoint: owner,
        attribute: 'address',
        source,
        before,
        after,
        time: first,
        frame: 0,
      })
      return false
    }
    const note = notes.note(endpoint, source, fact.address)
    note?.owns(fact.address)
    this.at(last)
    notes.note(endpoint, source, fact.address)
    this.at(first)
    return true
  }

  /** Evidence is a table's line, no frame. */
  private at(time: number): void {
    const { notes } = this.parts
    notes.now = { ...notes.now, time, frame: 0 }
  }
}
