// What was said inside conversations, as far as permissions go that deep: the operations of
// industrial protocols, and MQTT topics. Keyed by sender and receiver, so it does not matter who
// was taken for the client.
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

interface PairSpeech {
  /** Operation bits by protocol id. */
  readonly operations: Map<string, number>
  /**
   * `publish a/b` or `subscribe a/#`; and the same cut to the first level, for when these are too
   * many.
   */
  readonly topics: Set<string>
  readonly roots: Set<string>
  topicsFull: boolean
}

/** Bounded memory of what senders said to receivers. */
export class SpeechTable {
  /** Messages of pairs that no longer fitted. */
  overflow = 0
  private readonly pairs = new Map<number, PairSpeech>()

  /** Reads what a Transaction says of operations and topics; most say nothing. */
  add(transaction: Transaction): void {
    const { fields, protocol } = transaction
    if (protocol === 'mqtt') this.addTopics(transaction)
    else if (typeof fields.operation === 'string') {
      const bit = OPERATION_BITS.get(fields.operation) ?? 0
      const pair = this.pair(transaction.source, transaction.destination)
      if (pair) pair.operations.set(protocol, (pair.operations.get(protocol) ?? 0) | bit)
    }
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
    const pair = this.pair(transaction.source, transaction.destination)
    if (!pair) return
    if (pair.topics.size < TOPICS_MAX) pair.topics.add(entry)
    else if (!pair.topics.has(entry)) pair.topicsFull = true
    if (pair.roots.size < ROOTS_MAX) pair.roots.add(entry.split('/', 1)[0])
    else if (!pair.roots.has(entry.split('/', 1)[0])) {
      pair.roots.clear()
      pair.roots.add('publish').add('subscribe')
    }
  }

  private pair(sender: number, receiver: number): PairSpeech | undefined {
    // Endpoint ids stay below 2^24 (`tableLimits`), so both fit into a safe integer.
    const key = sender * 16_777_216 + receiver
    const found = this.pairs.get(key)
    if (found) return found
    if (this.pairs.size >= PAIRS_MAX) {
      this.overflow++
      return undefined
    }
    const fresh = {
      operations: new Map<string, number>(),
      topics: new Set<string>(),
      roots: new Set<string>(),
      topicsFull: false,
    }
    this.pairs.set(key, fresh)
    return fresh
  }

  /** Operation bits that `sender` asked of `receiver` in this protocol; 0 for none. */
  operations(sender: number, receiver: number, protocol: string): number {
    return this.pairs.get(sender * 16_777_216 + receiver)?.operations.get(protocol) ?? 0
  }

  /** What an MQTT client published and subscribed to, as `publish a/b`, `subscribe a/#`. */
  topics(client: number, broker: number): readonly string[] {
    const pair = this.pairs.get(client * 16_777_216 + broker)
    if (!pair) return []
    return pair.topicsFull ? [...pair.roots].map((root) => widenedRoot(root)) : [...pair.topics]
  }
}

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
