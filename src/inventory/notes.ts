// What was said about endpoints: each distinct (source, text) once, with its first frame, last time
// and count. This is on the path of every transaction: a repeated fact costs a short scan and two
// stores.
import { parseMac } from '../core/addresses.ts'
import type { EndpointTable, Transaction } from '../flow/index.ts'
import type { AttributeName, Category, Contradiction, Strength } from './device.ts'
import { MARK, plainSource, type Note, type Notebook } from './identifier.ts'
import { INVENTORY_LIMITS } from './limits.ts'
import { PLACE, type Neighbourhood } from './neighbourhood.ts'
import type { RecogBook } from './recog.ts'
import { cloudOf } from './tables/clouds.ts'
import { concludeCloud, concludeHostname } from './tables/naming.ts'

export interface Conclusion {
  readonly attribute: AttributeName
  readonly value: string
  readonly confidence: number
}
export interface NotedSoftware {
  readonly name: string
  readonly version: string
}
export interface NotedIdentity {
  readonly kind: string
  readonly value: string
  readonly strength: Strength
}

const NONE: readonly never[] = Object.freeze([])
/** Stands for an empty list until something is concluded; never pushed to. */
const NO_CONCLUSIONS: Conclusion[] = []
const CONCLUSIONS_SHARED = 16_384
/** By value, the few that differ in attribute or confidence. */
const shared = new Map<string, Conclusion[]>()
let sharedCount = 0

/** A thousand devices of a kind conclude the same: they share the object. */
function concluded(attribute: AttributeName, value: string, confidence: number): Conclusion {
  const alike = shared.get(value)
  if (alike !== undefined) {
    for (const known of alike) {
      if (known.attribute === attribute && known.confidence === confidence) return known
    }
  }
  const fresh = Object.freeze({ attribute, value, confidence })
  if (sharedCount >= CONCLUSIONS_SHARED) return fresh
  sharedCount++
  if (alike) alike.push(fresh)
  else shared.set(value, [fresh])
  return fresh
}
const PER_ENDPOINT = INVENTORY_LIMITS.notesEndpoint.value
const PER_SOURCE = INVENTORY_LIMITS.notesSource.value

/** One fact about an endpoint and what was concluded from it. */
export class Entry implements Note {
  readonly endpoint: number
  readonly source: string
  readonly text: string
  readonly frame: number
  readonly first: number
  last: number
  count = 1
  conclusions: Conclusion[] = NO_CONCLUSIONS
  programs: readonly NotedSoftware[] = NONE
  identities: readonly NotedIdentity[] = NONE
  addresses: readonly string[] = NONE
  mudUrls: readonly string[] = NONE

  constructor(endpoint: number, told: { source: string; text: string }, now: Transaction) {
    this.endpoint = endpoint
    this.source = told.source
    this.text = told.text
    this.frame = now.frame
    this.first = now.time
    this.last = now.time
  }

  says(attribute: AttributeName, value: string, confidence: number): Entry {
    const clean = value.trim()
    if (clean !== '' && confidence > 0) {
      const conclusion = concluded(attribute, clean, confidence)
      if (this.conclusions.length === 0) this.conclusions = [conclusion]
      else this.conclusions.push(conclusion)
    }
    return this
  }

  type(category: Category, confidence: number): Entry {
    return this.says('type', category, confidence)
  }

  software(name: string, version: string): Entry {
    if (name !== '') this.programs = [...this.programs, { name, version }]
    return this
  }

  identity(kind: string, value: string, strength: Strength = 'likely'): Entry {
    if (value !== '') this.identities = [...this.identities, { kind, value, strength }]
    return this
  }

  owns(address: string): Entry {
    if (address !== '') this.addresses = [...this.addresses, address]
    return this
  }

  mudUrl(url: string): Entry {
    if (url !== '') this.mudUrls = [...this.mudUrls, url]
    return this
  }
}

const NOTHING_YET: Transaction = {
  protocol: '',
  time: 0,
  frame: 0,
  flow: 0,
  source: 0,
  destination: 0,
  sourcePort: 0,
  destinationPort: 0,
  fromOriginator: true,
  fields: {},
}
/** Anybody can send an RA or a lease: it cannot make half the Internet local. */
const LEARNT_SHORTEST = { v4: 16, v6: 48 }
/** Names of clouds looked up lately, with or without a row: they repeat. */
const NAMES_KEPT = 8192
/** MACs read lately. */
const MACS_KEPT = 4096
/** Facts met lately, so that a repeated one is found without a walk through its list. */
const RECENT = 1 << 15

/** The slot of a fact: an endpoint's sources mostly differ in length or last letter. */
const slotOf = (endpoint: number, source: string) =>
  (Math.imul(endpoint, 0x9e3779b1) ^
    Math.imul(source.length * 131 + source.charCodeAt(source.length - 1), 0x85ebca6b)) >>>
  17

/** Sources of which an interface has one at a time: a second text is another story (I5, I9). */
const SINGULAR = new Map<string, AttributeName>([
  ['dhcp-hostname', 'hostname'],
  ['dhcp-vendor-class', 'os'],
])

export class Notes implements Notebook {
  readonly neighbourhood: Neighbourhood
  readonly contradictions: Contradiction[] = []
  /** Facts that found no room: per endpoint or source, and altogether. */
  droppedHere = 0
  droppedAll = 0
  /** Distinct facts held. */
  size = 0
  private readonly endpoints: EndpointTable
  /** What is being read: its time and frame are the evidence of what is noted. */
  now: Transaction = NOTHING_YET
  private readonly names = new Map<string, ReturnType<typeof cloudOf> | null>()
  private readonly macs = new Map<string, number>()
  private readonly recent: (Entry | undefined)[] = Array<undefined>(RECENT).fill(undefined)
  private readonly lists: (Entry[] | undefined)[] = []
  private outside = 0

  private readonly recog: RecogBook | undefined

  constructor(neighbourhood: Neighbourhood, recog?: RecogBook) {
    this.recog = recog
    this.neighbourhood = neighbourhood
    this.endpoints = neighbourhood.endpoints
  }

  note(endpoint: number, source: string, text: string): Entry | undefined {
    const slot = slotOf(endpoint, source)
    const recent = this.recent[slot]
    if (
      recent !== undefined &&
      recent.endpoint === endpoint &&
      recent.source === source &&
      recent.text === text
    ) {
      recent.count++
      recent.last = this.now.time
      return undefined
    }
    const list = this.lists[endpoint]
    let same = 0
    if (list !== undefined) {
      for (let index = 0; index < list.length; index++) {
        const entry = list[index]
        if (entry.source !== source) continue
        if (entry.text === text) {
          entry.count++
          entry.last = this.now.time
          this.recent[slot] = entry
          return undefined
        }
        same++
      }
      if (same >= PER_SOURCE || list.length >= PER_ENDPOINT) {
        this.droppedHere++
        return undefined
      }
    }
    if (endpoint <= 0 || text === '') return undefined
    return this.add(endpoint, source, text)
  }

  private add(endpoint: number, source: string, text: string): Entry | undefined {
    const place = this.neighbourhood.place(endpoint)
    if (place >= PLACE.group) return undefined
    const ours = MARK.adjacent | MARK.sameNetwork | MARK.alive
    const isOutside = place === PLACE.outside && (this.neighbourhood.marks[endpoint] & ours) === 0
    const full = this.size >= INVENTORY_LIMITS.notes.value
    if (full || (isOutside && this.outside >= INVENTORY_LIMITS.notesOutside.value)) {
      this.droppedAll++
      return undefined
    }
    const entry = new Entry(endpoint, { source, text }, this.now)
    while (this.lists.length <= endpoint) this.lists.push(undefined)
    const list = this.lists[endpoint]
    if (list === undefined) this.lists[endpoint] = [entry]
    else {
      if (SINGULAR.has(source)) this.contradict(list, entry)
      list.push(entry)
    }
    this.size++
    if (isOutside) this.outside++
    this.recog?.conclude(entry, plainSource(source), text)
    return entry
  }

  private contradict(list: readonly Entry[], entry: Entry): void {
    const before = list.findLast((other) => other.source === entry.source)
    const attribute = SINGULAR.get(entry.source)
    if (!before || !attribute) return
    if (this.contradictions.length >= INVENTORY_LIMITS.contradictions.value) return
    this.contradictions.push({
      endpoint: entry.endpoint,
      attribute,
      source: entry.source,
      before: before.text,
      after: entry.text,
      time: entry.first,
      frame: entry.frame,
    })
  }

  /** Another story about an endpoint, from an identifier or the grouping. */
  contradiction(contradiction: Contradiction): void {
    if (this.contradictions.length >= INVENTORY_LIMITS.contradictions.value) return
    this.contradictions.push(contradiction)
  }

  of(endpoint: number): readonly Entry[] {
    return this.lists[endpoint] ?? NONE
  }

  hostname(endpoint: number, source: string, name: string): void {
    const note = this.note(endpoint, source, name)
    if (note) concludeHostname(note, name)
  }

  cloud(endpoint: number, source: string, name: string): void {
    const found = this.cloudNamed(name)
    const note = found && this.note(endpoint, source, found.domain)
    if (note) concludeCloud(note, found.cloud)
  }

  private cloudNamed(name: string): ReturnType<typeof cloudOf> {
    const known = this.names.get(name)
    if (known !== undefined) return known ?? undefined
    const found = cloudOf(name.toLowerCase())
    if (this.names.size >= NAMES_KEPT) this.names.clear()
    this.names.set(name, found ?? null)
    return found
  }

  ofMac(mac: string, near: number): number {
    let number = this.macs.get(mac)
    if (number === undefined) {
      number = parseMac(mac)
      if (this.macs.size >= MACS_KEPT) this.macs.clear()
      this.macs.set(mac, number)
    }
    if (number <= 0) return 0
    return this.endpoints.internKeys(number, -1, this.endpoints.vlan(near))
  }

  ofAddress(address: string, near: number): number {
    const key = this.endpoints.addresses.parse(address)
    if (key < 0) return 0
    return this.endpoints.internKeys(this.endpoints.mac(near), key, this.endpoints.vlan(near))
  }

  mark(endpoint: number, mark: number): void {
    this.neighbourhood.marks[endpoint] |= mark
  }

  learnPrefix(prefix: string): void {
    this.neighbourhood.learn(prefix, LEARNT_SHORTEST)
  }
}
