// The port of flow history: finished flows in, questions about who talked to whom out. What stands
// behind it may keep as much or as little as it can; it says from when on.
import type { Microseconds } from '../core/clock.ts'
import type { PageRequest, StoredPage } from './pages.ts'

/** One end; `device` '' when it is none of ours, `mac` '' when the source carries none. */
export interface FlowParty {
  readonly device: string
  readonly address: string
  readonly mac: string
  readonly port: number
}

/** A finished flow. `key`: the same flow told twice has the same one. */
export interface StoredFlow {
  readonly key: string
  readonly site: string
  readonly segment: string
  readonly first: Microseconds
  readonly last: Microseconds
  readonly originator: FlowParty
  readonly responder: FlowParty
  /** IP protocol number; EtherType for frames without IP. */
  readonly protocol: number
  readonly service: string
  readonly serverName: string
  readonly state: string
  /** From the originator, and from the responder. */
  readonly packetsOut: number
  readonly packetsIn: number
  readonly bytesOut: number
  readonly bytesIn: number
}

/** A span of packet time, end excluded; flows are in it by their last packet. */
export interface FlowSpan {
  readonly from?: Microseconds
  readonly to?: Microseconds
}

/** All conditions hold at once; `devices` and `peer` may be at either end, one each. */
export interface FlowQuery extends PageRequest, FlowSpan {
  /** One device, with the ids that were merged into it. */
  readonly devices?: readonly string[]
  /** Devices, or an address, at the other end. */
  readonly peers?: readonly string[]
  readonly peerAddress?: string
  readonly service?: string
  readonly port?: number
  readonly words?: string
}

/** Flows of one device with one peer and service, added up. */
export interface FlowConversation {
  readonly peerDevice: string
  readonly peerAddress: string
  readonly serverName: string
  readonly initiated: 'device' | 'peer' | 'either'
  readonly protocol: number
  readonly port: number
  readonly service: string
  readonly flows: number
  readonly bytesOut: number
  readonly bytesIn: number
  readonly first: Microseconds
  readonly last: Microseconds
}

/** Flows between two devices, added up; '' stands for all that is none of ours. */
export interface FlowPair {
  readonly originator: string
  readonly responder: string
  readonly service: string
  readonly flows: number
  readonly bytes: number
}

/** Totals of one step of time; `time` is where it begins. */
export interface TrafficPoint {
  readonly time: Microseconds
  readonly bytes: number
  readonly packets: number
  readonly flows: number
}

/** What keeps flows. */
export interface FlowHistory {
  /** Resolves once they are durable; a flow that is known by its key is not counted twice. */
  append(flows: readonly StoredFlow[]): Promise<void>
  /** Newest first. */
  query(query: FlowQuery): Promise<StoredPage<StoredFlow & { readonly id: string }>>
  /** Most bytes first. */
  conversations(
    devices: readonly string[],
    span: FlowSpan,
    limit: number,
  ): Promise<FlowConversation[]>
  pairs(span: FlowSpan, limit: number): Promise<FlowPair[]>
  /** Totals in steps (microseconds); those without traffic are left out. */
  traffic(span: FlowSpan, step: Microseconds, devices?: readonly string[]): Promise<TrafficPoint[]>
  /** How many are kept, and the last packet times of the oldest and newest. */
  extent(): Promise<{ flows: number; from?: Microseconds; to?: Microseconds }>
}
