// Which name stands behind an address, as each client was told by DNS. Numbers in typed tables,
// because it is asked at every new flow. The oldest answers and names give way; what gave way is
// counted.
import { hash4, type AddressKey } from '../core/addresses.ts'
import { LIMITS } from '../core/limits.ts'
import { clip } from '../decode/index.ts'

const V6_BASE = 4294967296
/** Stands for whichever client asked last. */
const ANY_CLIENT = -1
const LAST_ID = 0x7ffffffe

/** Names by number and answers by (client, address); both bounded. */
export class NameTable {
  readonly answers: AnswerTable
  /** Names that were forgotten for newer ones. */
  namesEvicted = 0
  private readonly capacity: number
  private readonly texts: string[]
  private readonly ids = new Map<string, number>()
  /** Ids count up and are not used twice: an id that is too old has no text any more. */
  private next = 1

  constructor(answerCapacity = LIMITS.nameAnswers.value, nameCapacity = LIMITS.names.value) {
    this.answers = new AnswerTable(answerCapacity)
    this.capacity = nameCapacity
    this.texts = new Array<string>(nameCapacity).fill('')
  }

  /** `client` was told that `name` (the name it asked for) is at `address`. */
  learn(client: AddressKey, address: AddressKey, name: string, time: number): void {
    if (address < 0) return
    const id = this.internName(name)
    if (id === 0) return
    if (client >= 0) this.answers.put(client, address, id, time)
    this.answers.put(ANY_CLIENT, address, id, time)
  }

  /**
   * The number of the name that `client` knows `address` by, else that of the latest answer to
   * anybody; 0 when nobody asked.
   */
  nameOf(client: AddressKey, address: AddressKey): number {
    let id = client < 0 ? 0 : this.answers.get(client, address)
    if (id === 0 || id <= this.next - 1 - this.capacity) {
      id = this.answers.get(ANY_CLIENT, address)
    }
    return id > this.next - 1 - this.capacity ? id : 0
  }

  /** The name of this number; '' for 0 and for names that were forgotten. */
  text(id: number): string {
    if (id <= 0 || id >= this.next || id < this.next - this.capacity) return ''
    return this.texts[id % this.capacity]
  }

  /** The number of a name, 0 for ''. A name that is used again in time is never forgotten. */
  internName(text: string): number {
    if (text === '') return 0
    const known = this.ids.get(text)
    if (known !== undefined && known > this.next - this.capacity / 2) return known
    const name = clip(text, LIMITS.textLength.value)
    if (name !== text) return this.internName(name)
    if (this.next > LAST_ID) this.startOver()
    const id = this.next++
    const place = id % this.capacity
    const old = this.texts[place]
    if (old !== '' && this.ids.get(old) === id - this.capacity) {
      this.ids.delete(old)
      this.namesEvicted++
    }
    this.texts[place] = name
    this.ids.set(name, id)
    return id
  }

  /** After two thousand million names: ids must not wrap around into old ones. */
  private startOver(): void {
    this.namesEvicted += this.ids.size
    this.ids.clear()
    this.texts.fill('')
    this.answers.clear()
    this.next = 1
  }
}

/**
 * (client, address) → name id: open addressing over a ring of entries, so that the oldest gives
 * way.
 */
class AnswerTable {
  size = 0
  /** Answers that were forgotten for newer ones. */
  evicted = 0
  private readonly capacity: number
  private readonly clients: Int32Array
  private readonly addresses: Int32Array
  /**
   * Bit 0 client is IPv6, 1 address is IPv6, 2 any client; bit 3: learnt again since the ring came
   * by.
   */
  private readonly kinds: Uint8Array
  private readonly ids: Int32Array
  private readonly times: Float64Array
  /** Entry number + 1; 0 is free. */
  private readonly index: Int32Array
  private hand = 0

  constructor(capacity: number) {
    this.capacity = capacity
    this.clients = new Int32Array(capacity)
    this.addresses = new Int32Array(capacity)
    this.kinds = new Uint8Array(capacity)
    this.ids = new Int32Array(capacity)
    this.times = new Float64Array(capacity)
    this.index = new Int32Array(2 ** Math.ceil(Math.log2(capacity * 2)))
  }

  get(client: AddressKey, address: AddressKey): number {
    const slot = this.find(client | 0, address | 0, kindOf(client, address))
    return slot < 0 ? 0 : this.ids[this.index[slot] - 1]
  }

  /** An older time than the known answer's changes nothing: sources may be read out of order. */
  put(client: AddressKey, address: AddressKey, id: number, time: number): void {
    const kind = kindOf(client, address)
    const found = this.find(client | 0, address | 0, kind)
    if (found >= 0) {
      const entry = this.index[found] - 1
      if (time < this.times[entry]) return
      this.ids[entry] = id
      this.times[entry] = time
      this.kinds[entry] |= 8
      return
    }
    const entry = this.size < this.capacity ? this.size++ : this.evict()
    this.clients[entry] = client | 0
    this.addresses[entry] = address | 0
    this.kinds[entry] = kind
    this.ids[entry] = id
    this.times[entry] = time
    const mask = this.index.length - 1
    let slot = hash4(client | 0, address | 0, kind, 0) & mask
    while (this.index[slot] !== 0) slot = (slot + 1) & mask
    this.index[slot] = entry + 1
  }

  clear(): void {
    this.index.fill(0)
    this.size = 0
    this.hand = 0
  }

  /** The index slot of this pair; -1 when it is unknown. */
  private find(client: number, address: number, kind: number): number {
    const mask = this.index.length - 1
    let slot = hash4(client, address, kind, 0) & mask
    for (;;) {
      const entry = this.index[slot] - 1
      if (entry < 0) return -1
      if (
        this.addresses[entry] === address &&
        this.clients[entry] === client &&
        (this.kinds[entry] & 7) === kind
      ) {
        return slot
      }
      slot = (slot + 1) & mask
    }
  }

  /** Frees the entry that was not learnt again for longest (second chance), and returns it. */
  private evict(): number {
    while (this.kinds[this.hand] & 8) {
      this.kinds[this.hand] &= 7
      this.hand = (this.hand + 1) % this.capacity
    }
    const entry = this.hand
    this.hand = (entry + 1) % this.capacity
    this.unlink(this.find(this.clients[entry], this.addresses[entry], this.kinds[entry]))
    this.evicted++
    return entry
  }

  /** Empties an index slot; entries behind it that could no longer be found move up. */
  private unlink(slot: number): void {
    const index = this.index
    const mask = index.length - 1
    let hole = slot
    for (let at = (hole + 1) & mask; index[at] !== 0; at = (at + 1) & mask) {
      const entry = index[at] - 1
      const kind = this.kinds[entry] & 7
      const home = hash4(this.clients[entry], this.addresses[entry], kind, 0) & mask
      if (((at - home) & mask) < ((at - hole) & mask)) continue
      index[hole] = index[at]
      hole = at
    }
    index[hole] = 0
  }
}

const kindOf = (client: AddressKey, address: AddressKey): number =>
  (client < 0 ? 4 : client >= V6_BASE ? 1 : 0) | (address >= V6_BASE ? 2 : 0)
