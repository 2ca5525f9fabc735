// The MAC that stands in an IPv6 address made from it (RFC 4291 appendix A): all that logs without
// MACs tell of one. Any host can choose such an address, so it is weak, and never more than likely.
import { isGroupMac, isV6, type AddressBook, type MacNumber } from '../core/addresses.ts'
import type { Node } from './nodes.ts'

const V6_BASE = 4294967296

/** −1 where the address holds none, or one that nobody was given (local, group). */
export function macInAddress(addresses: AddressBook, address: number): MacNumber {
  if (!isV6(address)) return -1
  const high = addresses.word(address - V6_BASE, 2) >>> 0
  const low = addresses.word(address - V6_BASE, 3) >>> 0
  if ((high & 0xff) !== 0xff || low >>> 24 !== 0xfe || (high & 0x02000000) === 0) return -1
  const mac = ((high ^ 0x02000000) >>> 8) * 2 ** 24 + (low & 0xffffff)
  return isGroupMac(mac) ? -1 : mac
}

/** The MAC in the addresses of a node that shows none itself; −1 without one. */
export function macInAddresses(node: Node, addresses: AddressBook): MacNumber {
  if (node.mac >= 0) return -1
  for (const address of node.addresses) {
    const mac = macInAddress(addresses, address)
    if (mac >= 0) return mac
  }
  return -1
}
