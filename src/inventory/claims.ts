// Which addresses a MAC says, or is said, to own (ARP, ND, DHCP, somebody's table), and when.
import type { AddressKey } from '../core/addresses.ts'
import type { Entry } from './notes.ts'

/** When an address was claimed, and whether a DHCP server's lease stands behind it. */
export interface Claimed {
  first: number
  last: number
  lease: boolean
  /** Only a table says so (truth/): nothing on the wire has. */
  told: boolean
  readonly frame: number
}

export type Claims = ReadonlyMap<AddressKey, Claimed>

/** Most interfaces claim nothing: the first claim makes a map. */
export const NO_CLAIMS: Claims = new Map()

/** The claims with one more; the same map, once there is one. */
export function claim(claims: Claims, address: AddressKey, entry: Entry): Claims {
  const lease = entry.source === 'dhcp-lease'
  const told = entry.source.startsWith('truth-')
  const known = claims.get(address)
  if (!known) {
    const { first, last, frame } = entry
    const claimed = { first, last, lease, told, frame }
    if (claims.size === 0) return new Map([[address, claimed]])
    ;(claims as Map<AddressKey, Claimed>).set(address, claimed)
    return claims
  }
  known.first = Math.min(known.first, entry.first)
  known.last = Math.max(known.last, entry.last)
  known.lease ||= lease
  known.told &&= told
  return claims
}

/** Addresses whose MAC somebody's table names: by it, and not by who sends them on. */
export function toldOwners(all: readonly { readonly claims: Claims }[]): ReadonlySet<AddressKey> {
  const told = new Set<AddressKey>()
  for (const { claims } of all) {
    for (const [address, claimed] of claims) if (claimed.told) told.add(address)
  }
  return told
}

/** Nothing on the wire has shown it: there are tables that say so, or nothing at all. */
export const isOnlyTold = (claims: Claims): boolean =>
  [...claims.values()].every(({ told }) => told)
