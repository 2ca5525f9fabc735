// Which addresses are on our side. RFC 1918, ULA and link-local by default; prefixes that the user
// names; prefixes that router advertisements and DHCP leases show. Answers come from one byte per
// endpoint.
import { isV6, parseV4, parseV6, v4Text, v6Text, type AddressKey } from '../core/addresses.ts'
import type { EndpointTable, Flow } from '../flow/index.ts'
import { MARK } from './identifier.ts'
import { INVENTORY_LIMITS } from './limits.ts'

/**
 * Where an endpoint's address is. `linkGroup`: broadcast and groups that routers do not forward.
 */
export const PLACE = {
  unknown: 0,
  /** No address, or 0.0.0.0: the endpoint is its MAC. */
  mac: 1,
  local: 2,
  outside: 3,
  group: 4,
  linkGroup: 5,
  loopback: 6,
} as const

const BROADCAST_MAC = 0xffffffffffff
const SSDP_GROUP = 0xeffffffa
const V6_BASE = 4294967296

interface Prefix {
  readonly text: string
  /** The text without the length. */
  readonly network: string
  readonly v6: boolean
  /** One word for IPv4, four for IPv6; signed. */
  readonly words: readonly number[]
  readonly length: number
}

export class Neighbourhood {
  readonly endpoints: EndpointTable
  /** MARK bits by endpoint. */
  readonly marks: Uint8Array
  private readonly places: Uint8Array
  private readonly prefixes: Prefix[] = []
  private readonly texts = new Set<string>()
  /** Those of them whose addresses are not private by themselves. */
  private readonly global: Prefix[] = []

  constructor(endpoints: EndpointTable) {
    this.endpoints = endpoints
    this.marks = new Uint8Array(endpoints.first.length)
    this.places = new Uint8Array(endpoints.first.length)
  }

  /** The prefixes that count as local beyond the defaults, as texts. */
  prefixTexts(): readonly string[] {
    return this.prefixes.map((prefix) => prefix.text)
  }

  /**
   * Takes `192.0.2.0/24` or `2001:db8::/48` (a bare address is a host) for local. False when the
   * text is no prefix, or so short that half the Internet would be local; true also when it was
   * known.
   */
  learn(text: string, shortest = { v4: 8, v6: 16 }): boolean {
    const prefix = readPrefix(text)
    if (!prefix || prefix.length < (prefix.v6 ? shortest.v6 : shortest.v4)) return false
    if (this.texts.has(prefix.text)) return true
    if (this.prefixes.length >= INVENTORY_LIMITS.prefixes.value) return false
    this.prefixes.push(prefix)
    this.texts.add(prefix.text)
    // Private ranges are local anyway.
    if (
      this.endpoints.addresses.scope(this.endpoints.addresses.parse(prefix.network)) !== 'global'
    ) {
      return true
    }
    this.global.push(prefix)
    for (let endpoint = 0; endpoint < this.endpoints.size; endpoint++) {
      if (this.places[endpoint] === PLACE.outside) this.places[endpoint] = PLACE.unknown
    }
    return true
  }

  place(endpoint: number): number {
    const known = this.places[endpoint]
    if (known !== 0) return known
    const found = this.findPlace(endpoint)
    this.places[endpoint] = found
    return found
  }

  private findPlace(endpoint: number): number {
    const { endpoints } = this
    const address = endpoints.address(endpoint)
    if (endpoints.mac(endpoint) === BROADCAST_MAC) return PLACE.linkGroup
    const scope = endpoints.addresses.scope(address)
    if (scope === 'none') {
      return isGroup(endpoints.mac(endpoint)) ? PLACE.linkGroup : PLACE.mac
    }
    if (scope === 'unspecified') return PLACE.mac
    if (scope === 'private' || scope === 'link-local') return PLACE.local
    if (scope === 'broadcast') return PLACE.linkGroup
    if (scope === 'loopback') return PLACE.loopback
    if (scope === 'multicast') {
      return this.isLinkGroup(address) ? PLACE.linkGroup : PLACE.group
    }
    return this.matches(address) ? PLACE.local : PLACE.outside
  }

  private isLinkGroup(address: AddressKey): boolean {
    if (!isV6(address)) return address >>> 8 === 0xe00000 || address === SSDP_GROUP
    const first = this.endpoints.addresses.word(address - V6_BASE, 0) >>> 16
    return (first & 0xf) <= 2
  }

  /** True when a global address lies in a prefix that is ours. */
  matches(address: AddressKey): boolean {
    return this.global.some((prefix) => {
      if (prefix.v6 !== isV6(address)) return false
      if (!prefix.v6) return sameBits(address | 0, prefix.words[0], prefix.length)
      const index = address - V6_BASE
      return prefix.words.every((word, which) =>
        sameBits(this.endpoints.addresses.word(index, which), word, prefix.length - which * 32),
      )
    })
  }

  /** Reads off a flow's ends who must be adjacent, and who faces our side from outside. */
  learnFlow(flow: Flow): void {
    const from = this.place(flow.originator)
    const to = this.place(flow.responder)
    if (to === PLACE.linkGroup) this.marks[flow.originator] |= MARK.adjacent
    else if (from === PLACE.outside) {
      if (to === PLACE.local) this.marks[flow.originator] |= MARK.facesPrivate
      else if (to === PLACE.outside) this.compareNetworks(flow)
    } else if (to === PLACE.outside && from === PLACE.local) {
      this.marks[flow.responder] |= MARK.facesPrivate
    }
  }

  private compareNetworks(flow: Flow): void {
    const { endpoints } = this
    const from = endpoints.address(flow.originator)
    const to = endpoints.address(flow.responder)
    if (isV6(from) !== isV6(to)) return
    if (endpoints.mac(flow.originator) === endpoints.mac(flow.responder)) return
    const { addresses } = endpoints
    const same = isV6(from)
      ? addresses.word(from - V6_BASE, 0) === addresses.word(to - V6_BASE, 0) &&
        addresses.word(from - V6_BASE, 1) === addresses.word(to - V6_BASE, 1)
      : from >>> 8 === to >>> 8
    if (!same) return
    this.marks[flow.originator] |= MARK.sameNetwork
    this.marks[flow.responder] |= MARK.sameNetwork
  }
}

const isGroup = (mac: number) => mac >= 0 && (Math.floor(mac / 2 ** 40) & 1) === 1

const sameBits = (a: number, b: number, bits: number) =>
  bits <= 0 || (bits >= 32 ? a === b : (a ^ b) >>> (32 - bits) === 0)

/** The upper `bits` bits of a word set. */
const maskOf = (bits: number) => (bits <= 0 ? 0 : bits >= 32 ? -1 : ~(-1 >>> bits))

/** Reads `address/length`; a bare address is as long as it can be. */
function readPrefix(text: string): Prefix | undefined {
  const [address, lengthText] = text.split('/')
  const v4 = parseV4(address)
  const groups = v4 === undefined ? parseV6(address) : undefined
  if (v4 === undefined && !groups) return undefined
  const most = groups ? 128 : 32
  const length = lengthText === undefined ? most : Number(lengthText)
  if (!Number.isInteger(length) || length < 0 || length > most) return undefined
  const words = (groups ? [0, 2, 4, 6].map((at) => (groups[at] << 16) | groups[at + 1]) : [v4 ?? 0])
    // Host bits are cut off, so that each lease of a network names the same prefix.
    .map((word, which) => word & maskOf(length - which * 32))
  const network = groups
    ? v6Text(words.flatMap((word) => [word >>> 16, word & 65535]))
    : v4Text(words[0])
  return { text: `${network}/${length}`, network, v6: groups !== undefined, words, length }
}
