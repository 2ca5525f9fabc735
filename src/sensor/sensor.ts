// The sensor of one run: one Packet, the spine, the flow table and what they share. Sources feed it
// one after another; it knows frames, flows and transactions, not devices or verdicts.
import { AddressBook } from '../core/addresses.ts'
import { AnomalyTable } from '../core/anomaly.ts'
import type { TableLimits } from '../core/limits.ts'
import { Packet, decodeFrame, decodeInner, spineContext, type Protocol } from '../decode/index.ts'
import {
  EndpointTable,
  FlowTable,
  NameTable,
  Recognition,
  type FlowObserver,
} from '../flow/index.ts'
import type { Intake, Source, SourceSummary } from './source.ts'

/** What a sensor is built from; the signal ends all its sources. */
export interface SensorOptions {
  readonly limits: TableLimits
  readonly protocols: readonly Protocol[]
  readonly observer: FlowObserver
  readonly signal: AbortSignal
  progress?(bytesRead: number, bytesTotal: number): void
  /** Sees each frame before it is decoded (the anonymiser). */
  frame?(packet: Packet): void
}

/** Where frames of a source lie in the run's numbering. */
export interface SourcePlace {
  readonly source: string
  /** Frame number within its source, from 1; line number where `unit` says so. */
  readonly frame: number
  readonly unit?: 'line'
}

export class Sensor {
  readonly addresses: AddressBook
  readonly endpoints: EndpointTable
  readonly names: NameTable
  readonly anomalies = new AnomalyTable()
  readonly flows: FlowTable
  readonly packet = new Packet()
  /** Wire bytes of all frames. */
  wireBytes = 0
  private readonly options: SensorOptions
  private readonly places: { readonly source: string; readonly before: number; isLog: boolean }[] =
    []
  /** Numbers that lines of logs took. */
  private lines = 0

  constructor(options: SensorOptions) {
    this.options = options
    const { limits, protocols, observer } = options
    this.addresses = new AddressBook(limits.addresses6.value)
    this.endpoints = new EndpointTable(limits.endpoints.value, this.addresses)
    this.names = new NameTable()
    this.flows = new FlowTable({
      capacity: limits.flows.value,
      endpoints: this.endpoints,
      names: this.names,
      anomalies: this.anomalies,
      recognition: new Recognition(protocols),
      observer,
    })
  }

  /** Frames read so far. */
  get frames(): number {
    return this.packet.frame - this.lines
  }

  /** Runs sources in the order given and ends all flows; stops early when the signal says so. */
  async run(sources: readonly Source[]): Promise<SourceSummary[]> {
    const summaries: SourceSummary[] = []
    for (const source of sources) {
      if (this.options.signal.aborted) break
      const place = { source: source.name, before: this.packet.frame, isLog: false }
      this.places.push(place)
      this.anomalies.source = source.name
      const summary = await source.run(this.intake())
      summaries.push(summary)
      if (summary.lines === undefined) continue
      place.isLog = true
      this.lines += summary.lines
      this.packet.frame += summary.lines
    }
    this.flows.finish()
    return summaries
  }

  /** Where the frame or line with this number of the run stands. */
  placeOf(ordinal: number): SourcePlace {
    const place = this.places.findLast((candidate) => candidate.before < ordinal)
    const frame = ordinal - (place?.before ?? 0)
    return { source: place?.source ?? '', frame, ...(place?.isLog && { unit: 'line' }) }
  }

  /** What sources write to; also the way in for fuzzing. */
  intake(): Intake {
    const { packet, options } = this
    const { addresses, anomalies, endpoints, names } = this
    const context = spineContext(addresses, (name, of) => anomalies.count(name, of.frame, of.time))
    const flows = this.flows
    return {
      packet,
      addresses,
      endpoints,
      names,
      anomalies,
      before: packet.frame,
      observer: options.observer,
      signal: options.signal,
      progress: options.progress ?? (() => {}),
      tick: (time) => flows.advanceTo(time),
      frame: () => {
        packet.frame++
        this.wireBytes += packet.wireLength
        if (options.frame) options.frame(packet)
        if (!decodeFrame(packet, context)) return
        flows.packet(packet)
        while (packet.innerOffset !== 0 && decodeInner(packet, context)) flows.packet(packet)
      },
    }
  }
}
