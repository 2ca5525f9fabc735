// Plays hand-made flows and transactions to an Inventory, so that tests say what happens on a site
// in a few lines, without packets.
import { AddressBook, parseMac } from '../core/addresses.ts'
import type { Fields } from '../flow/index.ts'
import { EndpointTable, Flow } from '../flow/index.ts'
import type { Device } from './device.ts'
import type { Identifier } from './identifier.ts'
import { Inventory, type InventoryOptions } from './inventory.ts'

/**
 * Where something is: `02:00:00:00:00:01 192.0.2.1`, either part alone, `@7` behind it for a VLAN.
 */
export type Place = string

/** One day in packet time; where rehearsals begin. */
const START = 1_700_000_000_000_000
const SECOND = 1_000_000

export class Site {
  readonly endpoints: EndpointTable
  readonly inventory: Inventory
  /** Moves on by one second with each thing that happens. */
  time = START
  private frame = 0

  constructor(
    identifiers: readonly Identifier[],
    options: Partial<InventoryOptions> = {},
    capacity = 4096,
  ) {
    this.endpoints = new EndpointTable(capacity, new AddressBook(4096))
    this.inventory = new Inventory({ endpoints: this.endpoints, identifiers, ...options })
  }

  at(place: Place): number {
    const [where, vlan] = place.split('@')
    const parts = where.trim().split(' ')
    const mac = parts.map(parseMac).find((number) => number >= 0) ?? -1
    const text = parts.find((part) => parseMac(part) < 0)
    const address = text === undefined ? -1 : this.endpoints.addresses.parse(text)
    return this.endpoints.internKeys(mac, address, Number(vlan ?? 0))
  }

  /** A packet from one place to another, counted as the flow table would. */
  send(from: Place, to: Place): void {
    const { endpoints } = this
    this.time += SECOND
    const source = this.at(from)
    const destination = this.at(to)
    if (endpoints.packetsOut[source] === 0) endpoints.first[source] = this.time
    endpoints.last[source] = this.time
    endpoints.packetsOut[source]++
    endpoints.packetsIn[destination]++
    endpoints.bytesOut[source] += 100
    endpoints.bytesIn[destination] += 100
  }

  /** A whole flow: a packet there, a packet back, start and end told to the inventory. */
  talk(from: Place, to: Place, told: Partial<Flow> = {}): void {
    this.send(from, to)
    const flow = Object.assign(new Flow(), {
      originator: this.at(from),
      responder: this.at(to),
      ipProtocol: 6,
      originatorPort: 50_000,
      responderPort: 80,
      originatorPackets: 1,
      responderPackets: 1,
      state: 'SF',
      directionCertain: true,
      first: this.time,
      last: this.time,
      ...told,
    })
    this.inventory.flowStart(flow)
    if (flow.responderPackets > 0) this.send(to, from)
    this.inventory.flowEnd(flow)
  }

  /**
   * One application message. `protocol` may name the port that it was answered from (`modbus:502`);
   * without, it is a client's. `where` is its sender, or `sender > receiver`.
   */
  say(protocol: string, where: string, fields: Fields): void {
    const [from, to] = where.split(' > ')
    this.send(from, to ?? 'ff:ff:ff:ff:ff:ff')
    const [id, port] = protocol.split(':')
    this.inventory.transaction({
      protocol: id,
      time: this.time,
      frame: ++this.frame,
      flow: 0,
      source: this.at(from),
      destination: to === undefined ? 0 : this.at(to),
      sourcePort: Number(port ?? 50_000),
      destinationPort: port === undefined ? 80 : 50_000,
      fromOriginator: port === undefined,
      fields,
    })
  }

  devices(): Device[] {
    return this.inventory.devices()
  }

  /** The device with this MAC or address; throws when there is none. */
  device(macOrAddress: string): Device {
    const found = this.devices().find(
      ({ macs, addresses }) =>
        macs.includes(macOrAddress) || addresses.some(({ address }) => address === macOrAddress),
    )
    if (!found) throw new Error(`no device at ${macOrAddress}`)
    return found
  }
}
