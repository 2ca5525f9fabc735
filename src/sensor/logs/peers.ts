// Hosts as logs name them: a MAC address where the log has one, an address, a VLAN. Each is one
// object, which learns its endpoint when something of it is told.
import { NO_ADDRESS, NO_MAC, type AddressKey, type MacNumber } from '../../core/addresses.ts'

export interface Peer {
  readonly mac: MacNumber
  readonly address: AddressKey
  readonly vlan: number
  /** Endpoint id once it was due; 0 before. */
  endpoint: number
}

/** Addresses remembered; when more are seen, remembering starts again. */
const REMEMBERED = 65_536
/** MAC addresses and VLANs of one address that are remembered. */
const VARIANTS = 16
/** Places for hosts that were asked for last: a power of two. */
const RECENT = 4096

export class PeerBook {
  private readonly byAddress = new Map<AddressKey, Peer[]>()
  /** Addresses are numbers that a Map hashes slowly, and most lines name one of the last hosts. */
  private readonly recent: Peer[] = new Array<Peer>(RECENT).fill(nobody())

  get(mac: MacNumber, address: AddressKey, vlan: number): Peer {
    const at = (address ^ (address >>> 12) ^ mac) & (RECENT - 1)
    const recent = this.recent[at]
    if (recent.address === address && recent.mac === mac && recent.vlan === vlan) return recent
    return (this.recent[at] = this.find(mac, address, vlan))
  }

  private find(mac: MacNumber, address: AddressKey, vlan: number): Peer {
    const variants = this.byAddress.get(address)
    if (variants) {
      for (const peer of variants) if (peer.mac === mac && peer.vlan === vlan) return peer
    }
    const peer = { mac, address, vlan, endpoint: 0 }
    if (!variants) {
      if (this.byAddress.size >= REMEMBERED) this.byAddress.clear()
      this.byAddress.set(address, [peer])
    } else if (variants.length < VARIANTS) variants.push(peer)
    return peer
  }
}

/** Nobody: the other side of a line about one host. */
export const nobody = (): Peer => ({ mac: NO_MAC, address: NO_ADDRESS, vlan: 0, endpoint: 0 })
