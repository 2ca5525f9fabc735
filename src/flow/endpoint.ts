// An Endpoint is one (VLAN, MAC, address) triple as frames show it. Everything counted later is
// keyed by endpoint; which endpoints make one device is a view computed afterwards, so that it can
// be undone.
import { NO_ADDRESS, NO_MAC, hash4, type AddressBook, type AddressKey } from '../core/addresses.ts'
import { TaggedIndex } from '../core/tagged-index.ts'
import type { Flow } from './flow.ts'

const WORDS = 4

/** Bounded table of endpoints. Number 0 stands for all that no longer fitted. */
export class EndpointTable {
  readonly addresses: AddressBook
  /** Endpoints held; ids are 1 … size-1. */
  size = 1
  /** How many look-ups found the table full. */
  overflow = 0
  /** First and last packet time as a sender, packets and bytes sent; by endpoint id. */
  readonly first: Float64Array
  readonly last: Float64Array
  readonly packetsOut: Float64Array
  readonly packetsIn: Float64Array
  readonly bytesOut: Float64Array
  readonly bytesIn: Float64Array
  private readonly capacity: number
  /**
   * Word 0: MAC upper 16 bits | vlan << 16; 1: MAC lower; 2: address; 3: family (0, 1, 2) | 4
   * without MAC.
   */
  private readonly words: Int32Array
  private readonly index = new TaggedIndex()

  constructor(capacity: number, addresses: AddressBook) {
    this.capacity = capacity
    this.addresses = addresses
    this.words = new Int32Array(capacity * WORDS)
    this.first = new Float64Array(capacity)
    this.last = new Float64Array(capacity)
    this.packetsOut = new Float64Array(capacity)
    this.packetsIn = new Float64Array(capacity)
    this.bytesOut = new Float64Array(capacity)
    this.bytesIn = new Float64Array(capacity)
    this.words[3] = 2 | 4
  }

  /**
   * The endpoint of these numbers; 0 when the table is full. `macHigh` -1: the source carries no
   * MAC. `family` 0: `address` is IPv4 (signed); 1: an AddressBook number; 2: no address.
   */
  intern(macHigh: number, macLow: number, family: number, address: number, vlan: number): number {
    const high = macHigh < 0 ? vlan << 16 : macHigh | (vlan << 16)
    const low = macHigh < 0 ? 0 : macLow
    const kind = macHigh < 0 ? family | 4 : family
    const place = family === 2 ? 0 : address
    const { words, index } = this
    const hash = hash4(high, low, place, kind)
    for (let position = index.first(hash); position >= 0; position = index.next(hash, position)) {
      const found = index.slot(position)
      const at = found * WORDS
      if (
        words[at] === high &&
        words[at + 1] === low &&
        words[at + 2] === place &&
        words[at + 3] === kind
      ) {
        return found
      }
    }
    if (this.size >= this.capacity) {
      this.overflow++
      return 0
    }
    const fresh = this.size++
    const at = fresh * WORDS
    words[at] = high
    words[at + 1] = low
    words[at + 2] = place
    words[at + 3] = kind
    index.insert(hash, fresh)
    return fresh
  }

  /** The endpoint of keys as sources without packets have them (Zeek, EVE). */
  internKeys(mac: number, address: AddressKey, vlan: number): number {
    const macHigh = mac < 0 ? -1 : Math.floor(mac / 4294967296)
    const macLow = mac < 0 ? 0 : mac | 0
    if (address < 0) return this.intern(macHigh, macLow, 2, 0, vlan)
    if (address < 4294967296) return this.intern(macHigh, macLow, 0, address | 0, vlan)
    return this.intern(macHigh, macLow, 1, address - 4294967296, vlan)
  }

  /** Adds a finished flow to what its originator has sent and received. */
  add(endpoint: number, flow: Flow): void {
    this.seen(endpoint, flow.first, flow.last)
    this.packetsOut[endpoint] += flow.originatorPackets
    this.packetsIn[endpoint] += flow.responderPackets
    this.bytesOut[endpoint] += flow.originatorBytes
    this.bytesIn[endpoint] += flow.responderBytes
  }

  /** Adds a finished flow to its responder; one that never answered was only spoken to. */
  addAnswer(endpoint: number, flow: Flow): void {
    if (flow.responderPackets > 0) this.seen(endpoint, flow.first, flow.last)
    this.packetsOut[endpoint] += flow.responderPackets
    this.packetsIn[endpoint] += flow.originatorPackets
    this.bytesOut[endpoint] += flow.responderBytes
    this.bytesIn[endpoint] += flow.originatorBytes
  }

  private seen(endpoint: number, first: number, last: number): void {
    if (this.first[endpoint] === 0 || first < this.first[endpoint]) this.first[endpoint] = first
    if (last > this.last[endpoint]) this.last[endpoint] = last
  }

  mac(endpoint: number): number {
    const at = endpoint * WORDS
    if (this.words[at + 3] & 4) return NO_MAC
    return (this.words[at] & 0xffff) * 4294967296 + (this.words[at + 1] >>> 0)
  }

  /** Whether the endpoint's MAC is this one; true when it has none to compare. */
  hasMac(endpoint: number, macHigh: number, macLow: number): boolean {
    const at = endpoint * WORDS
    if (this.words[at + 3] & 4) return true
    return (this.words[at] & 0xffff) === macHigh && this.words[at + 1] === macLow
  }

  vlan(endpoint: number): number {
    return this.words[endpoint * WORDS] >>> 16
  }

  address(endpoint: number): AddressKey {
    const at = endpoint * WORDS
    const family = this.words[at + 3] & 3
    if (family === 2) return NO_ADDRESS
    return family === 0 ? this.words[at + 2] >>> 0 : 4294967296 + this.words[at + 2]
  }

  addressText(endpoint: number): string {
    return this.addresses.text(this.address(endpoint))
  }
}
