// What was said inside conversations, as far as permissions go that deep: the operations of
// industrial protocols, and MQTT topics. Keyed by sender and receiver, so it does not matter who
// was taken for the client.
import { hash4 } from '../core/addresses.ts'
import { TaggedIndex } from '../core/tagged-index.ts'
import type { Transaction } from '../flow/index.ts'
import type { Operation, TopicPermission } from './form.ts'

export const OPERATIONS: readonly Operation[] = [
  'read',
  'write',
  'control',
  'diagnostic',
  'discovery',
  'monitor',
  'other',
]
const OPERATION_BITS = new Map<string, number>(OPERATIONS.map((name, index) => [name, 1 << index]))

const PAIRS_MAX = 65_536
const TOPICS_MAX = 256
const ROOTS_MAX = 64
/** Topics under one parent beyond which `+` stands for them. */
const SIBLINGS_MAX = 16

interface PairTopics {
  /**
   * `publish a/b` or `subscribe a/#`; and the same cut to the first level, for when these are too
   * many.
   */
  readonly topics: Set<string>
  readonly roots: Set<string>
  full: boolean
}

/** Words of a pair: sender, receiver, the protocol it spoke first, the operation bits of that. */
const WORDS = 4
/** More protocols than there are. */
const PROTOCOLS_MAX = 1 << 16

/** Bounded memory of what senders said to receivers. */
export class SpeechTable {
  /** Messages of pairs that no longer fitted. */
  overflow = 0
  private size = 0
  private readonly words = new Int32Array(PAIRS_MAX * WORDS)
  private readonly index = new TaggedIndex()
  private readonly protocols: string[] = ['']
  /** Operation bits of a pair's further protocols, by `moreKey`: few pairs have any. */
  private readonly more = new Map<number, number>()
  private readonly topicsOf = new Map<number, PairTopics>()

  /** Reads what a Transaction says of operations and topics; most say nothing. */
  add(transaction: Transaction): void {
    const { protocol } = transaction
    if (protocol === 'mqtt') {
      this.addTopics(transaction)
      return
    }
    const { operation } = transaction.fields
    if (typeof operation !== 'string') return
    const pair = this.pair(transaction.source, transaction.destination)
    if (pair >= 0) this.addOperation(pair, protocol, OPERATION_BITS.get(operation) ?? 0)
  }

  private addOperation(pair: number, protocol: string, bit: number): void {
    const { words, protocols } = this
    const at = pair * WORDS
    const first = words[at + 2]
    if (first === 0) words[at + 2] = this.protocolNumber(protocol)
    else if (protocols[first] !== protocol) {
      const key = moreKey(pair, this.protocolNumber(protocol))
      this.more.set(key, (this.more.get(key) ?? 0) | bit)
      return
    }
    words[at + 3] |= bit
  }

  /** Protocols by number, from 1; they are as many as there are plug-ins. */
  private protocolNumber(protocol: string): number {
    const known = this.protocols.indexOf(protocol, 1)
    return known > 0 ? known : this.protocols.push(protocol) - 1
  }

  private addTopics(transaction: Transaction): void {
    const { kind, topic, filters } = transaction.fields
    if (kind === 'publish' && typeof topic === 'string') {
      this.addTopic(transaction, `publish ${topic}`)
    } else if (kind === 'subscribe' && Array.isArray(filters)) {
      for (const entry of filters as readonly unknown[]) {
        const filter = (entry as { filter?: unknown } | null)?.filter
        if (typeof filter === 'string') this.addTopic(transaction, `subscribe ${filter}`)
      }
    }
  }

  private addTopic(transaction: Transaction, entry: string): void {
    const number = this.pair(transaction.source, transaction.destination)
    if (number < 0) return
    let pair = this.topicsOf.get(number)
    if (!pair) {
      pair = { topics: new Set(), roots: new Set(), full: false }
      this.topicsOf.set(number, pair)
    }
    if (pair.topics.has(entry)) return
    if (pair.topics.size < TOPICS_MAX) pair.topics.add(entry)
    else pair.full = true
    const root = entry.split('/', 1)[0]
    if (pair.roots.size < ROOTS_MAX) pair.roots.add(root)
    else if (!pair.roots.has(root)) {
      pair.roots.clear()
      pair.roots.add('publish').add('subscribe')
    }
  }

  /** The number of a pair, made when it is new; -1 when it no longer fits. */
  private pair(sender: number, receiver: number): number {
    const found = this.find(sender, receiver)
    if (found >= 0) return found
    if (this.size >= PAIRS_MAX) {
      this.overflow++
      return -1
    }
    const fresh = this.size++
    this.words[fresh * WORDS] = sender
    this.words[fresh * WORDS + 1] = receiver
    this.index.insert(hash4(sender, receiver, 0, 0), fresh)
    return fresh
  }

  private find(sender: number, receiver: number): number {
    const { words, index } = this
    const hash = hash4(sender, receiver, 0, 0)
    for (let position = index.first(hash); position >= 0; position = index.next(hash, position)) {
      const pair = index.slot(position)
      if (words[pair * WORDS] === sender && words[pair * WORDS + 1] === receiver) return pair
    }
    return -1
  }

  /** Operation bits that `sender` asked of `receiver` in this protocol; 0 for none. */
  operations(sender: number, receiver: number, protocol: string): number {
    const pair = this.size === 0 ? -1 : this.find(sender, receiver)
    if (pair < 0) return 0
    const { words, protocols } = this
    if (protocols[words[pair * WORDS + 2]] === protocol) return words[pair * WORDS + 3]
    return this.more.get(moreKey(pair, protocols.indexOf(protocol, 1))) ?? 0
  }

  /** What an MQTT client published and subscribed to, as `publish a/b`, `subscribe a/#`. */
  topics(client: number, broker: number): readonly string[] {
    const pair = this.topicsOf.get(this.find(client, broker))
    if (!pair) return []
    return pair.full ? [...pair.roots].map((root) => widenedRoot(root)) : [...pair.topics]
  }
}

const moreKey = (pair: number, protocol: number) => pair * PROTOCOLS_MAX + protocol

const widenedRoot = (root: string): string => {
  if (root === 'publish' || root === 'subscribe') return `${root} #`
  return root.endsWith('#') ? root : `${root}/#`
}

/** Bits → names, in the closed list's order. */
export const operationNames = (bits: number): Operation[] =>
  OPERATIONS.filter((_, index) => (bits & (1 << index)) !== 0)

/** Names → bits. */
export const operationBits = (names: readonly Operation[]): number =>
  names.reduce((bits, name) => bits | (OPERATION_BITS.get(name) ?? 0), 0)

/** Topic entries → permissions: sorted, and many siblings under one parent as `parent/+`. */
export function topicPermissions(entries: Iterable<string>): TopicPermission[] {
  const families = new Map<string, string[]>()
  for (const entry of new Set(entries)) {
    const parent = entry.slice(0, Math.max(0, entry.lastIndexOf('/')))
    const siblings = families.get(parent)
    if (siblings) siblings.push(entry)
    else families.set(parent, [entry])
  }
  const kept: string[] = []
  for (const [parent, siblings] of families) {
    if (parent === '' || siblings.length <= SIBLINGS_MAX) kept.push(...siblings)
    else kept.push(...siblings.filter((entry) => entry.endsWith('/#')), `${parent}/+`)
  }
  const all = [...new Set(kept)].toSorted().map((entry) => {
    const space = entry.indexOf(' ')
    const access = entry.slice(0, space) as TopicPermission['access']
    return { access, filter: entry.slice(space + 1) }
  })
  const within = (one: TopicPermission, other: TopicPermission) =>
    one !== other && one.access === other.access && filterCovers(other.filter, one.filter)
  return all.filter((one) => !all.some((other) => within(one, other)))
}

/** Whether an MQTT filter (MQTT 5.0, 4.7) matches a topic, or includes another filter. */
export function filterCovers(filter: string, topic: string): boolean {
  const wanted = filter.split('/')
  const given = topic.split('/')
  // 4.7.2: a leading wildcard does not match topics that begin with $.
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false
  for (let level = 0; level < wanted.length; level++) {
    if (wanted[level] === '#') return true
    if (level >= given.length || given[level] === '#') return false
    if (wanted[level] !== '+' && wanted[level] !== given[level]) return false
  }
  return wanted.length === given.length
}
