// The contract of an identifier: one file in identifiers/, which reads one protocol's transactions
// and says what they tell about which endpoint. It keeps no state of its own: what was said before
// is in the Notebook.
import type { Fields, Transaction } from '../flow/index.ts'
import type { AttributeName, Category, Strength } from './device.ts'

export interface Identifier {
  /** The file's name. */
  readonly id: string
  /** What it reads, in a few words. */
  readonly title: string
  /** Protocol ids whose transactions it wants. */
  readonly protocols: readonly string[]
  observe(transaction: Transaction, notebook: Notebook): void
}

/** A new fact about an endpoint. Conclusions hang on it; all are optional, and calls chain. */
export interface Note {
  /** Concludes `value` for an attribute; `confidence`: how often that is right, 0 … 1. */
  says(attribute: AttributeName, value: string, confidence: number): Note
  /** As `says('type', …)`, checked by the compiler. */
  type(category: Category, confidence: number): Note
  /** A program and its version ('' when not said). */
  software(name: string, version: string): Note
  /** An identity of the device; `likely` unless cryptography proved it. */
  identity(kind: string, value: string, strength?: Strength): Note
  /** The endpoint's MAC owns this address (ARP, ND, DHCP). */
  owns(address: string): Note
  /** A MUD URL as emitted. */
  mudUrl(url: string): Note
}

/** What is remembered of endpoints. */
export interface Notebook {
  /**
   * Notes that `source` said `text` about `endpoint`. The first time: the Note, to draw conclusions
   * on; afterwards, or when the endpoint's notes are full: undefined (the sighting is counted).
   * `text` must be bounded by the protocol's reader. Costs tens of nanoseconds when repeated.
   */
  note(endpoint: number, source: string, text: string): Note | undefined
  /** Notes a host name that a device gives itself, and what a maker's pattern in it tells. */
  hostname(endpoint: number, source: string, name: string): void
  /**
   * Concludes from a name that an endpoint asked for or called; names that tell nothing are not
   * kept.
   */
  cloud(endpoint: number, source: string, name: string): void
  /**
   * The endpoint that stands for a MAC alone (text or number), in a transaction's VLAN; 0:
   * unreadable.
   */
  ofMac(mac: string, near: number): number
  /**
   * The endpoint that stands for an address whose MAC is that of `near`, 0 when it cannot be read.
   */
  ofAddress(address: string, near: number): number
  /** Marks what an endpoint does. */
  mark(endpoint: number, mark: number): void
  /** A prefix that the site itself says is local (RA, DHCP), e.g. `2001:db8:1::/64`. */
  learnPrefix(prefix: string): void
}

/** Marks of endpoints. */
export const MARK = {
  /** Sent to a link-local group or by broadcast: no router lies between. */
  adjacent: 1,
  /** Proved to be alive by an answer or a lease. */
  alive: 2,
  /** Says that it is a router (RA), or a DHCP server names it as one. */
  router: 4,
  dhcpServer: 8,
  /** Talks with private addresses while its own is global. */
  facesPrivate: 16,
  /** Talks with a global address of the same /24 or /64 that has another MAC. */
  sameNetwork: 32,
  /** A switch, bridge or access point by its own word (LLDP, CDP, STP). */
  bridge: 64,
} as const

const KEPT_AT_MAX = 4096
const keptAt = new Map<string, Map<number, string>>()
let keptCount = 0

/** The name of a source on one port: what a service there calls itself is its banner. */
export function sourceAt(source: string, port: number): string {
  let ports = keptAt.get(source)
  if (ports === undefined) keptAt.set(source, (ports = new Map()))
  const known = ports.get(port)
  if (known !== undefined) return known
  // As a property's name it becomes one string that is compared by its address.
  const [fresh] = Object.keys({ [`${source}@${port}`]: 0 })
  if (keptCount < KEPT_AT_MAX) {
    keptCount++
    ports.set(port, fresh)
  }
  return fresh
}

/** The source without its port. */
export function plainSource(source: string): string {
  const at = source.indexOf('@')
  return at < 0 ? source : source.slice(0, at)
}

/** A text field; '' when it is absent or something else. */
export function textOf(fields: Fields, name: string): string {
  const value = fields[name]
  return typeof value === 'string' ? value : ''
}

/** A number field; NaN when it is absent or something else. */
export function numberOf(fields: Fields, name: string): number {
  const value = fields[name]
  return typeof value === 'number' ? value : Number.NaN
}

/** The texts of a list field; empty when it is absent. */
export function textsOf(fields: Fields, name: string): readonly string[] {
  const value = fields[name]
  if (!Array.isArray(value)) return []
  return value.filter((entry): entry is string => typeof entry === 'string')
}

/** The objects of a list field; empty when it is absent. */
export function rowsOf(fields: Fields, name: string): readonly Fields[] {
  const value = fields[name]
  return Array.isArray(value) ? value.filter(isFields) : []
}

/** An object field; an empty object when it is absent. */
export function fieldsOf(fields: Fields, name: string): Fields {
  const value = fields[name]
  return isFields(value) ? value : NOTHING
}

const NOTHING: Fields = Object.freeze({})

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
