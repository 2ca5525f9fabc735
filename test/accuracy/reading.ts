// One capture read by us, as plain rows: the side of every comparison that is ours.
import { parseV6, v6Text } from '../../src/core/addresses.ts'
import { tableLimits } from '../../src/core/limits.ts'
import { loadProtocols, type Fields } from '../../src/decode/index.ts'
import type { Flow } from '../../src/flow/index.ts'
import { Sensor, pcapFile } from '../../src/sensor/index.ts'

/** A flow with its addresses as texts. */
export type ReadFlow = Pick<
  Flow,
  | 'ipProtocol'
  | 'originatorPort'
  | 'responderPort'
  | 'service'
  | 'state'
  | 'history'
  | 'originatorPackets'
  | 'responderPackets'
  | 'frame'
  | 'family'
> & { readonly originator: string; readonly responder: string }

/** What one message said. */
export interface ReadMessage {
  readonly protocol: string
  readonly frame: number
  readonly fields: Fields
}

export interface Reading {
  readonly flows: readonly ReadFlow[]
  readonly messages: readonly ReadMessage[]
}

const protocols = await loadProtocols()

/** Reads a whole capture; flows stand in the order in which they began. */
export async function readCapture(path: string): Promise<Reading> {
  const flows: ReadFlow[] = []
  const messages: ReadMessage[] = []
  const sensor = new Sensor({
    limits: tableLimits(128),
    protocols,
    signal: new AbortController().signal,
    observer: {
      flowEnd: (flow) =>
        void flows.push({
          ...flow,
          originator: sensor.endpoints.addressText(flow.originator),
          responder: sensor.endpoints.addressText(flow.responder),
        }),
      transaction: ({ protocol, frame, fields }) => void messages.push({ protocol, frame, fields }),
    },
  })
  await sensor.run([pcapFile(path)])
  return { flows: flows.toSorted((one, other) => one.frame - other.frame), messages }
}

/** The two ends of a flow as `address port`; a port of 0 where there is none. */
export interface Ends {
  readonly from: string
  readonly fromPort: number
  readonly to: string
  readonly toPort: number
}

/** The same for both directions of a flow, whoever is called its originator. */
export function tupleOf(ipProtocol: number | string, ends: Ends): string {
  const sides = [
    `${plainAddress(ends.from)} ${ends.fromPort}`,
    `${plainAddress(ends.to)} ${ends.toPort}`,
  ]
  return `${ipProtocol} ${sides.toSorted().join(' ')}`
}

/** Tools shorten IPv6 addresses in different ways. */
export function plainAddress(text: string): string {
  const groups = text.includes(':') ? parseV6(text) : undefined
  return groups ? v6Text(groups) : text
}

/** Right and wrong answers of one kind. */
export class Score {
  both = 0
  onlyOurs = 0
  onlyTheirs = 0

  /** Counts values of two sets. */
  compare(ours: ReadonlySet<string>, theirs: ReadonlySet<string>): void {
    for (const value of ours) {
      if (theirs.has(value)) this.both++
      else this.onlyOurs++
    }
    for (const value of theirs) if (!ours.has(value)) this.onlyTheirs++
  }

  get precision(): string {
    return share(this.both, this.both + this.onlyOurs)
  }

  get recall(): string {
    return share(this.both, this.both + this.onlyTheirs)
  }
}

/** `0.987`, rounded down, so that 1.000 means all; '–' of nothing. */
export const share = (part: number, all: number): string =>
  all === 0 ? '–' : (Math.floor((part / all) * 1000) / 1000).toFixed(3)

/** What a part of the comparison prints. */
export interface Part {
  readonly title: string
  /** What was compared with what, in a sentence or two. */
  readonly about: string
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Each disagreement in a line, for -v. */
  readonly details: readonly string[]
}
