// How much falls on one target within ten seconds, whatever the order in which flows are told: what
// flood detection counts with. Targets on which little falls cost one counter and no memory.
import { SECOND } from '../core/clock.ts'
import type { Flow } from '../flow/index.ts'
import { threshold, type DetectContext } from './detector.ts'
import type { BoundedTable } from './bounded-table.ts'

export const SLOT = threshold('slot', '10 seconds', 'bursts of a start-up are over by then')
export const SLOTS = threshold('slots', '4096 slots', 'targets and times counted one by one')
export const FLOODS = threshold('floods', '1024 floods', 'floods told at one time')
export const PREFILTER = threshold('prefilter', '65536 counters', 'targets on which little falls')
const PREFILTER_COUNT = 64
const KEPT = 64

/** What fell on one target: of one slot, or of a whole flood. */
export interface Surge {
  readonly kind: number
  readonly target: number
  from: number
  to: number
  flows: number
  packets: number
  payload: number
  /** Flows that the target refused. */
  refused: number
  /** At most 64 of each. */
  readonly ports: Set<number>
  readonly sources: Set<number>
  readonly frames: number[]
  /** The slot belongs to a flood by now. */
  flooding: boolean
  /** Packets at which a flood is told again. */
  tellAt: number
}

/** Kinds are small numbers of the detector's own. */
export class Surges {
  readonly floods: BoundedTable<Surge>
  private readonly slots: BoundedTable<Surge>
  private readonly counts = new Uint8Array(PREFILTER.value)

  constructor(context: DetectContext) {
    this.slots = context.table<Surge>(SLOTS)
    this.floods = context.table<Surge>(FLOODS)
  }

  /** Counts a flow; the flood it belongs to, once `isFlood` says that its slot is one. */
  add(kind: number, flow: Flow, isFlood: (slot: Surge) => boolean): Surge | undefined {
    const { responder, first, last } = flow
    const slot = (Math.imul(responder, 0x9e3779b1) >>> 8) % PREFILTER.value
    if (this.counts[slot] < PREFILTER_COUNT) {
      this.counts[slot] = Math.min(PREFILTER_COUNT, this.counts[slot] + flow.originatorPackets)
      if (this.counts[slot] < PREFILTER_COUNT) return undefined
    }
    const width = SLOT.value * SECOND
    const target = kind * 2 ** 26 + responder
    const key = target * 2 ** 20 + (Math.floor(first / width) % 2 ** 20)
    const now = this.slots.get(key) ?? this.slots.set(key, empty(kind, responder, first))
    // Of a long flow that share which falls into ten seconds.
    const share = Math.min(1, width / Math.max(1, last - first))
    if (now.flooding) {
      const flood = this.floods.get(target)
      if (flood) count(flood, flow, 1)
      return flood
    }
    count(now, flow, share)
    if (!isFlood(now)) return undefined
    now.flooding = true
    const flood = this.floods.get(target) ?? this.floods.set(target, empty(kind, responder, first))
    merge(flood, now)
    return flood
  }
}

const empty = (kind: number, target: number, time: number): Surge => ({
  kind,
  target,
  from: time,
  to: time,
  flows: 0,
  packets: 0,
  payload: 0,
  refused: 0,
  ports: new Set(),
  sources: new Set(),
  frames: [],
  flooding: false,
  tellAt: 0,
})

function count(surge: Surge, flow: Flow, share: number): void {
  surge.from = Math.min(surge.from, flow.first)
  surge.to = Math.max(surge.to, flow.last)
  surge.flows++
  surge.packets += flow.originatorPackets * share
  surge.payload += flow.originatorPayload * share
  if (flow.state === 'REJ') surge.refused++
  if (surge.ports.size < KEPT) surge.ports.add(flow.responderPort)
  // 0: one of those that no longer fitted among the endpoints.
  if (surge.sources.size < KEPT && flow.originator !== 0) surge.sources.add(flow.originator)
  if (surge.frames.length < 4) surge.frames.push(flow.frame)
}

function merge(flood: Surge, slot: Surge): void {
  flood.from = Math.min(flood.from, slot.from)
  flood.to = Math.max(flood.to, slot.to)
  flood.flows += slot.flows
  flood.packets += slot.packets
  flood.payload += slot.payload
  flood.refused += slot.refused
  for (const port of slot.ports) if (flood.ports.size < KEPT) flood.ports.add(port)
  for (const source of slot.sources) if (flood.sources.size < KEPT) flood.sources.add(source)
  for (const frame of slot.frames) if (flood.frames.length < 8) flood.frames.push(frame)
}
