// Address and MAC of every endpoint as bytes, made once and copied into each line that names it.
import { macText } from '../core/addresses.ts'
import type { EndpointTable } from '../flow/index.ts'
import type { ByteLines } from './byte-line.ts'

/** A slot: length of the address, its text, whether there is a MAC, its text. */
const SLOT = 64
const ADDRESS = 1
const HAS_MAC = 46
const MAC = 47
const MAC_LENGTH = 17
/** In the length byte: this endpoint was not written yet. */
const UNWRITTEN = 255

export class EndpointTexts {
  private readonly endpoints: EndpointTable
  private slab: Buffer = Buffer.alloc(0)

  constructor(endpoints: EndpointTable) {
    this.endpoints = endpoints
  }

  /** Puts the address, without quotes; nothing for an endpoint without one. */
  address(lines: ByteLines, endpoint: number): void {
    const at = this.slot(endpoint)
    lines.copy(this.slab, at + ADDRESS, this.slab[at])
  }

  hasAddress(endpoint: number): boolean {
    const at = this.slot(endpoint)
    return this.slab[at] > 0
  }

  hasMac(endpoint: number): boolean {
    const at = this.slot(endpoint)
    return this.slab[at + HAS_MAC] === 1
  }

  /** Puts the MAC address, without quotes. */
  mac(lines: ByteLines, endpoint: number): void {
    const at = this.slot(endpoint)
    lines.copy(this.slab, at + MAC, MAC_LENGTH)
  }

  private slot(endpoint: number): number {
    const at = endpoint * SLOT
    if (at >= this.slab.length) this.grow(at)
    if (this.slab[at] === UNWRITTEN) this.write(endpoint, at)
    return at
  }

  private write(endpoint: number, at: number): void {
    const text = this.endpoints.addressText(endpoint)
    this.slab[at] = this.slab.write(text, at + ADDRESS, HAS_MAC - ADDRESS, 'latin1')
    const mac = macText(this.endpoints.mac(endpoint))
    this.slab[at + HAS_MAC] = mac === '' ? 0 : 1
    this.slab.write(mac, at + MAC, MAC_LENGTH, 'latin1')
  }

  private grow(at: number): void {
    const slots = Math.max(1024, 2 ** Math.ceil(Math.log2(at / SLOT + 1)))
    const slab = Buffer.alloc(slots * SLOT)
    for (let place = this.slab.length; place < slab.length; place += SLOT) slab[place] = UNWRITTEN
    this.slab.copy(slab)
    this.slab = slab
  }
}
