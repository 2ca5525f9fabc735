// Who an endpoint is: one of our devices, a host of the site nobody knows, a group, somebody
// outside. And which classes of peers (RFC 8520 8) a device or address belongs to.
import { isGroupMac, macText, type AddressScope } from '../core/addresses.ts'
import type { EndpointTable, NameSource } from '../flow/index.ts'
import type { PolicyContext, PolicyDevice } from './device.ts'
import type { ExchangePeer } from './exchange.ts'
import type { Peer } from './form.ts'
import { broadcastOf, contains, isPrivate, parsePrefix, type Prefix } from './prefix.ts'

const BROADCAST_MAC = 0xffffffffffff
/** Texts of addresses remembered. */
const PARSED_MAX = 8192

/** A site's devices and networks, indexed for looking up. Made once per derivation. */
export class Site {
  readonly devices: ReadonlyMap<string, PolicyDevice>
  readonly context: PolicyContext
  /** Devices by number, from 1; 0 stands for everybody else. */
  readonly numbered: readonly (PolicyDevice | undefined)[]
  private readonly endpoints: EndpointTable | undefined
  /** Device numbers by endpoint id. */
  private readonly numbers: Int32Array
  private byAddress: Map<string, PolicyDevice> | undefined
  /** Ids of all that the inventory calls controllers. */
  private readonly controllers: readonly string[]
  private readonly prefixes: readonly Prefix[]
  private readonly broadcasts: ReadonlySet<string>
  /** By endpoint id, as far as they were asked for; of those outside there may be any number. */
  private readonly peers: (ExchangePeer | undefined)[]
  private readonly parsedTexts = new Map<string, Prefix | undefined>()

  constructor(
    devices: readonly PolicyDevice[],
    context: PolicyContext,
    endpoints: EndpointTable | undefined,
  ) {
    this.context = context
    this.endpoints = endpoints
    const byId = new Map<string, PolicyDevice>()
    for (const device of devices) byId.set(device.id, device)
    this.devices = byId
    this.prefixes = (context.localPrefixes ?? []).map(parsePrefix).filter((prefix) => !!prefix)
    this.broadcasts = new Set(this.prefixes.map(broadcastOf).filter(Boolean))
    const controllers: string[] = []
    for (const { id, role } of byId.values()) if (role === 'controller') controllers.push(id)
    this.controllers = controllers
    this.numbered = [undefined, ...devices]
    let most = endpoints?.size ?? 0
    for (const device of devices) {
      for (const endpoint of device.endpoints) if (endpoint > most) most = endpoint
    }
    this.numbers = new Int32Array(most + 1)
    this.peers = new Array<undefined>(most + 1).fill(undefined)
    for (let number = 1; number < this.numbered.length; number++) {
      for (const endpoint of this.numbered[number]!.endpoints) this.numbers[endpoint] = number
    }
  }

  /** The number of the device at this endpoint; 0 for everybody else. */
  numberAt(endpoint: number): number {
    return this.numbers[endpoint] ?? 0
  }

  /** The device at this endpoint; undefined for everybody else. */
  deviceAt(endpoint: number): PolicyDevice | undefined {
    return this.numbered[this.numberAt(endpoint)]
  }

  deviceWith(address: string): PolicyDevice | undefined {
    this.byAddress ??= new Map(
      [...this.devices.values()].flatMap((one) => one.addresses.map((text) => [text, one])),
    )
    return this.byAddress.get(address)
  }

  /** A device as rules name it. */
  devicePeer(device: string): Peer & { kind: 'device' } {
    const found = this.devices.get(device)
    if (!found) return { kind: 'device', device }
    const { name, addresses, macs } = found
    return { kind: 'device', device, name, addresses, macs }
  }

  /**
   * The other side of an exchange; `name` is kept for outside peers, if it can be a DNS name. Only
   * outside peers are the caller's own to change.
   */
  peer(endpoint: number, name: string, nameSource: NameSource): ExchangePeer {
    const known = this.peers[endpoint]
    if (known) return known
    const peer = this.identify(endpoint)
    if (peer.kind !== 'outside') this.peers[endpoint] = peer
    else if (name !== '' && isDnsName(name)) {
      peer.name = name
      peer.nameSource = nameSource
    }
    return peer
  }

  private identify(endpoint: number): ExchangePeer {
    const endpoints = this.endpoints!
    const mac = endpoints.mac(endpoint)
    const key = endpoints.address(endpoint)
    const address = endpoints.addresses.text(key)
    const scope = endpoints.addresses.scope(key)
    const group = this.group(mac, address, scope)
    if (group !== '') return nameless('group', group)
    const device = this.deviceAt(endpoint)
    if (device) return { name: '', nameSource: '', kind: 'device', device: device.id, address }
    if (address === '') return nameless('link', macText(mac))
    return nameless(this.isLocal(address, scope) ? 'local' : 'outside', address)
  }

  private group(mac: number, address: string, scope: AddressScope): string {
    if (scope === 'broadcast' || this.broadcasts.has(address)) return 'broadcast'
    if (scope === 'multicast') return address
    if (!isGroupMac(mac)) return ''
    // A unicast address in a broadcast frame is the subnet's directed broadcast.
    return mac === BROADCAST_MAC ? 'broadcast' : macText(mac)
  }

  private isLocal(address: string, scope: AddressScope): boolean {
    if (scope === 'private' || scope === 'link-local' || scope === 'unspecified') return true
    return this.isInside(address)
  }

  /** Whether an address lies in one of the site's stated networks. */
  isInside(address: string): boolean {
    const inner = this.prefixes.length > 0 ? this.parsed(address) : undefined
    return inner !== undefined && this.prefixes.some((prefix) => contains(prefix, inner))
  }

  /** `parsePrefix`, remembered: the same few addresses are asked about again and again. */
  parsed(text: string): Prefix | undefined {
    const known = this.parsedTexts.get(text)
    if (known !== undefined || this.parsedTexts.has(text)) return known
    if (this.parsedTexts.size >= PARSED_MAX) this.parsedTexts.clear()
    const prefix = parsePrefix(text)
    this.parsedTexts.set(text, prefix)
    return prefix
  }

  /**
   * Whether a rule's prefix lies on the site: private, link-local, or one of its stated networks.
   */
  isLocalPrefix(text: string): boolean {
    const prefix = this.parsed(text)
    return prefix !== undefined && (isPrivate(prefix) || this.isInside(text))
  }

  /**
   * The ids of a device's controllers: as a person said, else everything the inventory calls one.
   */
  controllersOf(device: string): readonly string[] {
    const said = this.context.controllers?.get(device)
    if (said) return said
    if (!this.isController(device)) return this.controllers
    return this.controllers.filter((id) => id !== device)
  }

  /** The one controller of a device; undefined when there is none, or several. */
  onlyControllerOf(device: string): string | undefined {
    const said = this.context.controllers?.get(device)
    if (said) return said.length === 1 ? said[0] : undefined
    // Most sites have many or none: only a list of one or two has to be looked at.
    if (this.controllers.length > 2) return undefined
    const others = this.controllersOf(device)
    return others.length === 1 ? others[0] : undefined
  }

  /** Whether `peer` is among the controllers of `device`. */
  controls(peer: string, device: string): boolean {
    const said = this.context.controllers?.get(device)
    return said ? said.includes(peer) : peer !== device && this.isController(peer)
  }

  private isController(device: string): boolean {
    return this.devices.get(device)?.role === 'controller'
  }

  /** Whether both are of the same, known, manufacturer. */
  sameManufacturer(device: string, peer: string | undefined): boolean {
    const one = this.devices.get(device)?.manufacturer
    const other = peer === undefined ? undefined : this.devices.get(peer)?.manufacturer
    return one !== undefined && one === other && device !== peer
  }

  /** Whether a device's MUD URL has this authority (RFC 8520 8.1), or its maker is called so. */
  isOfManufacturer(device: string | undefined, manufacturer: string): boolean {
    const found = this.devices.get(device ?? '')
    if (!found) return false
    const wanted = manufacturer.toLowerCase()
    const authority = /^https:\/\/([^/:]+)/i.exec(found.mudUrl ?? '')?.[1].toLowerCase()
    return authority === wanted || found.manufacturer?.toLowerCase() === wanted
  }

  /** Whether a person has put this peer, by device id or address, into a class (RFC 8520 8.6). */
  isInClass(peer: ExchangePeer, uri: string): boolean {
    const members = this.context.classes?.get(uri) ?? []
    return members.includes(peer.device ?? '') || members.includes(peer.address)
  }

  /** Whether a peer serves DNS (or time) to this network. */
  serves(peer: ExchangePeer, servers: readonly string[] | undefined): boolean {
    if (servers?.includes(peer.address)) return true
    if (peer.kind !== 'device') return peer.kind === 'local' && servers === undefined
    return this.devices.get(peer.device!)?.role === 'infrastructure' || servers === undefined
  }
}

const nameless = (kind: ExchangePeer['kind'], address: string): ExchangePeer => ({
  name: '',
  nameSource: '',
  kind,
  address,
})

/**
 * Two labels or more, the last not a number, as a resolver would take it; not a name of the local
 * link.
 */
export function isDnsName(name: string): boolean {
  // No address is one: IPv4's last label is a number, and no label holds IPv6's colons.
  if (name.length > 253) return false
  if (!/^[a-z0-9_]([a-z0-9_-]{0,62})?(\.[a-z0-9_]([a-z0-9_-]{0,62})?)+$/.test(name)) return false
  return (
    /\.(?![0-9]+$)[a-z0-9-]{2,}$/.test(name) && !/\.(local|lan|home\.arpa|internal)$/.test(name)
  )
}
