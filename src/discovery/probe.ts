// The contract of a probe: one file in probes/. It says what it will send, and sends one piece of
// it when its turn comes. Answers are none of its business: the sensor on the same link hears them.
import type { Segment } from './segment.ts'

/** One thing that is sent. */
export interface Shot {
  /** An address of the segment, or a group. */
  readonly target: string
  /** In a few words: 'ARP request', 'M-SEARCH'. */
  readonly what: string
}

/** What a probe works on. */
export interface ProbeGround {
  readonly segment: Segment
  readonly targets: readonly string[]
  /** Targets that have shown themselves by now. */
  alive(): readonly string[]
  /** For SNMP; undefined: nothing is asked by SNMP. */
  readonly community?: string
}

/** An opened probe. */
export interface Sender {
  send(shot: Shot): Promise<void>
  close(): Promise<void>
}

export interface Probe {
  /** The file's name. */
  readonly id: string
  readonly title: string
  /** Its place among the probes: what others build on comes first. */
  readonly order: number
  /** What it is going to send; asked when its turn comes. */
  plan(ground: ProbeGround): readonly Shot[]
  open(ground: ProbeGround): Promise<Sender>
}
