// The flow records: one slab of 128-byte lines seen as Int32Array and Float64Array, an
// open-addressing index beside it. Allocated at its limit (untouched memory costs nothing); only
// the index grows.
import { hash4 } from '../core/addresses.ts'
import { TaggedIndex } from '../core/tagged-index.ts'

/** Int32 words of one record; the F… ones are Float64 positions. */
export const W = {
  /** Key: addresses in order (smaller first), ports, family | ip protocol << 2 | vlan << 18 … */
  addressA: 0,
  addressB: 1,
  ports: 2,
  kind: 3,
  packetsA: 4,
  packetsB: 5,
  /** FLAG bits below. */
  flags: 14,
  frame: 15,
  nextA: 16,
  nextB: 17,
  /** Holes << 16 | retransmissions, saturating, by side. */
  troubleA: 18,
  troubleB: 19,
  endpointOriginator: 20,
  endpointResponder: 21,
  /** Protocol number | payload packets parsed (4 bits a side) << 8 | history letters seen << 16. */
  application: 22,
  /** Next flow in the same bucket of the timing wheel, or in the free list. */
  next: 23,
  name: 28,
  /** 1 + place in the table of parser details; 0 without. */
  detail: 29,
  historyLow: 30,
  historyHigh: 31,
} as const

export const F = { bytesA: 3, bytesB: 4, first: 5, last: 6, payloadA: 12, payloadB: 13 } as const

/** Bits of W.flags; TCP flags of side A lie in bits 8-15, of side B in 16-23. */
export const FLAG = {
  /** The originator is side B. */
  originatorB: 1,
  nameSource: 2 | 4 | 8,
  nameSourceShift: 1,
  /** FIN from both, or RST: the short timeout applies. */
  closing: 16,
  /** No parser wants more of this flow. */
  parsed: 32,
  directionCertain: 64,
  live: 128,
  /** The responder has answered. */
  answered: 1 << 24,
  /** No parser wants more of side A; shifted left by one: of side B. */
  parsedA: 1 << 25,
  /** The flow has turned from the protocol it began with to TLS. */
  secured: 1 << 27,
} as const

const NONE = -1

/**
 * A bounded table of flow records. Slots are small integers; nothing here knows what a packet is.
 */
export class FlowSlab {
  words: Int32Array
  floats: Float64Array
  readonly capacity: number
  /** Flows alive. */
  size = 0
  /** Slots ever used: those beyond are untouched memory. */
  private used = 0
  private free = NONE
  private index = new TaggedIndex()

  constructor(capacity: number) {
    this.capacity = capacity
    const memory = new ArrayBuffer(capacity * 128)
    this.words = new Int32Array(memory)
    this.floats = new Float64Array(memory)
  }

  /** Slots from 0 to `touched`-1 may be alive. */
  get touched(): number {
    return this.used
  }

  /** The slot of this key, or -1. */
  find(a: number, b: number, ports: number, kind: number): number {
    const { words, index } = this
    const hash = hash4(a, b, ports, kind)
    for (let place = index.first(hash); place >= 0; place = index.next(hash, place)) {
      const slot = index.slot(place)
      const at = slot << 5
      if (
        words[at] === a &&
        words[at + 1] === b &&
        words[at + 2] === ports &&
        words[at + 3] === kind
      ) {
        return slot
      }
    }
    return NONE
  }

  /** A zeroed slot for a key that is not there; the caller made room (`size < capacity`). */
  insert(a: number, b: number, ports: number, kind: number): number {
    let slot = this.free
    if (slot >= 0) this.free = this.words[(slot << 5) + W.next]
    else slot = this.used++
    const at = slot << 5
    this.words.fill(0, at, at + 32)
    this.words[at] = a
    this.words[at + 1] = b
    this.words[at + 2] = ports
    this.words[at + 3] = kind
    this.words[at + W.flags] = FLAG.live
    this.size++
    this.index.insert(hash4(a, b, ports, kind), slot)
    return slot
  }

  /** Gives all memory back: every flow has been removed, and none will come. */
  release(): void {
    this.words = new Int32Array(0)
    this.floats = new Float64Array(0)
    this.index = new TaggedIndex(1)
    this.used = 0
  }

  /** Frees a slot for use by another flow. */
  remove(slot: number): void {
    const { words } = this
    const at = slot << 5
    this.index.remove(hash4(words[at], words[at + 1], words[at + 2], words[at + 3]), slot)
    words[at + W.flags] = 0
    words[at + W.next] = this.free
    this.free = slot
    this.size--
  }
}
