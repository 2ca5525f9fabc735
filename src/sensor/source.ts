// Where traffic comes from. A source reads frames or records in time order and feeds them to the
// intake of one run; it never judges, it never throws for what the input contains: problems are
// told in its summary.
import type { AnomalyTable } from '../core/anomaly.ts'
import type { AddressBook } from '../core/addresses.ts'
import type { Packet } from '../decode/index.ts'
import type { EndpointTable, FlowObserver, NameTable } from '../flow/index.ts'

/** What a source writes to: packets (decoded further on) or ready flows and transactions. */
export interface Intake {
  /**
   * The one reused Packet; the source fills bytes, start, end, wireLength, time, linkType, frame,
   * cut.
   */
  readonly packet: Packet
  /** Called for each frame after `packet` is filled. */
  frame(): void
  /** For sources of records: ends of flows, transactions. */
  readonly observer: FlowObserver
  readonly endpoints: EndpointTable
  readonly addresses: AddressBook
  /** What DNS told whom; for sources of records, which know no packets. */
  readonly names: NameTable
  readonly anomalies: AnomalyTable
  /** Frames and lines of earlier sources: where the numbering of this one begins. */
  readonly before: number
  /** Source time has moved without a packet. */
  tick(time: number): void
  /** Ends the run early; sources look at it between chunks. */
  readonly signal: AbortSignal
  /** Input bytes read so far of how many (0: unknown). */
  progress(bytesRead: number, bytesTotal: number): void
}

/** Why reading stopped before the input's end, in words a person can act on. */
export interface SourceProblem {
  /** Stable: 'not-a-capture', 'truncated', 'bad-record', 'unreadable', 'decompression' … */
  readonly code: string
  /** Safe to print; names file and offset. */
  readonly message: string
  readonly offset: number
}

/** What a source held, once it has ended. */
export interface SourceSummary {
  readonly name: string
  /** 'pcap', 'pcapng', 'zeek', 'eve', 'live' … */
  readonly format: string
  readonly records: number
  /** Of a log: lines of its longest file. Frames are not lines. */
  readonly lines?: number
  readonly bytes: number
  /** Packet time of the first and last record; NaN when there was none. */
  readonly first: number
  readonly last: number
  /** Kinds of facts this source has and lacks: 'mac', 'arp', 'dhcp-options', 'payload' … */
  readonly lacks: readonly string[]
  /** What sources of records were seen to carry. */
  readonly carries?: readonly string[]
  /** Parts of the source that are not understood, by name (logs of a Zeek folder). */
  readonly unread?: readonly string[]
  /** Frames the capturing system says it lost; undefined when it does not say. */
  readonly dropped?: number
  readonly problem?: SourceProblem
}

export interface Source {
  readonly name: string
  run(intake: Intake): Promise<SourceSummary>
}
