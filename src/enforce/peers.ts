// Peers of rules → the addresses that stand for them here. What has none is a loss, told by the
// caller.
import { contains, parsePrefix, prefixText, type Peer, type Prefix } from '../policy/index.ts'
import type { Site } from '../policy/index.ts'
import type { GatePolicy } from './gate-policy.ts'

/** 'any', or networks: neither twice nor one inside another. */
export type Reach = 'any' | readonly Prefix[]

/**
 * Private, shared, link-local and group addresses (RFC 1918, 6598, 3927, 4193, 4291), and the
 * limited broadcast.
 */
const LOCAL =
  '10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 169.254.0.0/16 224.0.0.0/4 ' +
  '255.255.255.255 fc00::/7 fe80::/10 ff00::/8'

/** Turns peers into addresses, for all devices of one gate. */
export class PeerResolution {
  private readonly policy: GatePolicy
  private readonly site: Site

  constructor(policy: GatePolicy, site: Site) {
    this.policy = policy
    this.site = site
  }

  /** Where a rule's peer is, seen from this device; empty when nothing is known. */
  reach(peer: Peer, device: string): Reach {
    if (peer.kind === 'any') return 'any'
    return prefixes(this.texts(peer, device))
  }

  private texts(peer: Exclude<Peer, { kind: 'any' }>, device: string): readonly string[] {
    const { site } = this
    switch (peer.kind) {
      case 'prefix':
        return [peer.prefix]
      case 'multicast':
        return peer.group === 'broadcast' ? ['255.255.255.255'] : [peer.group]
      case 'name':
        return this.named(peer.name)
      case 'device':
        return site.devices.get(peer.device)?.addresses ?? peer.addresses ?? []
      case 'class':
        return this.classTexts(peer.class, device)
      case 'controller':
        return this.members(this.policy.context.classes?.get(peer.controller) ?? [])
      case 'manufacturer':
        return this.those((id) => site.isOfManufacturer(id, peer.manufacturer))
      case 'model':
        return this.those((id) => site.devices.get(id)?.mudUrl === peer.model)
      case 'ethernet':
        return this.those((id) => site.devices.get(id)!.macs.includes(peer.mac))
    }
  }

  private classTexts(name: (Peer & { kind: 'class' })['class'], device: string) {
    const { context, ownAddresses } = this.policy
    switch (name) {
      case 'local-networks':
        return [...LOCAL.split(' '), ...(context.localPrefixes ?? [])]
      case 'same-manufacturer':
        return this.those((id) => this.site.sameManufacturer(device, id))
      case 'my-controller':
        return this.members(this.site.controllersOf(device))
      case 'dns':
        return context.resolvers ?? ownAddresses
      case 'ntp':
        return context.timeServers ?? ownAddresses
      case 'gateway':
        return ownAddresses
    }
  }

  private named(name: string): readonly string[] {
    const names = this.policy.names ?? new Map<string, readonly string[]>()
    if (!name.startsWith('*.')) return names.get(name) ?? []
    return [...names].flatMap(([one, texts]) => (one.endsWith(name.slice(1)) ? texts : []))
  }

  /** Device ids or addresses. */
  private members(members: readonly string[]): string[] {
    return members.flatMap((one) => this.site.devices.get(one)?.addresses ?? [one])
  }

  private those(fits: (id: string) => boolean): string[] {
    const found = [...this.site.devices.values()].filter(({ id }) => fits(id))
    return found.flatMap(({ addresses }) => addresses)
  }
}

/** What can be read of these texts, sorted, without what others hold. */
export function prefixes(texts: readonly string[]): Prefix[] {
  const read = new Map<string, Prefix>()
  for (const text of texts) {
    const prefix = parsePrefix(text)
    if (prefix) read.set(prefixText(prefix), prefix)
  }
  const wide = [...read.values()].filter((one) => !isHost(one))
  const kept = [...read].filter(
    ([, one]) => !wide.some((other) => other !== one && contains(other, one)),
  )
  return kept.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, prefix]) => prefix)
}

/** A single address. */
export const isHost = ({ family, length }: Prefix): boolean => length === (family === 0 ? 32 : 128)

/** As nft reads it: `192.0.2.7`, `2001:db8::/32`. */
export function nftText(prefix: Prefix): string {
  const text = prefixText(prefix)
  return isHost(prefix) ? text.slice(0, text.indexOf('/')) : text
}

/** An address as nft reads it; undefined when it is none. */
export function addressText(text: string): string | undefined {
  const prefix = parsePrefix(text)
  return prefix && isHost(prefix) ? nftText(prefix) : undefined
}
