// Packets thrown at one target to stop it: half-open connections, datagrams nobody answers, pings.
// A thing of ours may be the target, or the one that throws. Streams are not floods: they speak a
// protocol, or fill their packets, or are answered.
import { SECOND, spanText } from '../../core/clock.ts'
import type { Flow } from '../../flow/index.ts'
import { FLOODS, PREFILTER, SLOT, SLOTS, Surges, type Surge } from '../surge.ts'
import { threshold, type DetectContext, type Detector } from '../detector.ts'

const HALF_OPEN = threshold(
  'halfOpen',
  '500 connections',
  'in ten seconds at one service; clients of a dead server wait',
)
const FROM_MANY = threshold(
  'fromMany',
  '3000 flows',
  'or datagrams, from more than eight senders; hundreds of clients of a dead server stay below',
)
const DATAGRAMS = threshold(
  'datagrams',
  '500 datagrams',
  'in ten seconds, over many flows, unanswered and of no known protocol',
)
const STREAM = threshold(
  'stream',
  '10000 datagrams',
  'the same within one flow: telemetry and light control stay below',
)
const OUTWARD = threshold(
  'outward',
  '2000 datagrams',
  'the same to an outside host: what streams there is answered now and then',
)
const FULL = threshold('full', '900 bytes', 'video fills its datagrams; floods save the effort')
const PINGS = threshold('pings', '1000 pings', 'in ten seconds; monitoring pings once a second')
const FLOWS = threshold('flows', '16 flows', 'a sender of streams has one or two')
const PORTS = threshold('ports', '32 ports', 'more ports of one target are a scan, told elsewhere')

const SYN = 0
const UDP = 1
const ICMP = 2

export const detector: Detector = {
  id: 'flood',
  title: 'Flood',
  severity: 'high',
  techniques: ['T1498.001', 'T1499.001', 'T0814'],
  why:
    'A flood stops whatever it hits, and small things first. Where a thing of yours sends it, ' +
    'the thing obeys somebody else.',
  respond:
    'If the sender is yours: take it off the network, it is most likely infected. If the target ' +
    'is yours: block the senders at the gateway, limit connections a second towards it, and ' +
    'check that it works again afterwards.',
  falsePositives:
    'Load tests; a client that tries again without waiting; measuring instruments and machine ' +
    'vision that send raw datagrams at full speed.',
  limits: [
    ...[HALF_OPEN, FROM_MANY, DATAGRAMS, STREAM, OUTWARD, FULL, PINGS, FLOWS, PORTS],
    ...[SLOT, SLOTS, FLOODS, PREFILTER],
  ],
  create(context) {
    const surges = new Surges(context)
    const { endpoints } = context
    const isFlood = (slot: Surge) => isTooMuch(slot, context)
    return {
      flowEnd(flow) {
        const kind = kindOf(flow)
        if (kind < 0) return
        const scope = endpoints.addresses.scope(endpoints.address(flow.responder))
        if (scope === 'multicast' || scope === 'broadcast') return
        const flood = surges.add(kind, flow, isFlood)
        if (!flood || flood.packets < flood.tellAt) return
        flood.tellAt = flood.packets * 1.25
        tell(context, flood)
      },
      finish() {
        for (const flood of surges.floods.values()) tell(context, flood)
      },
    }
  },
}

/** What the flow might be a piece of; −1 for nothing. */
function kindOf(flow: Flow): number {
  if (flow.family === 2 || flow.responder === 0) return -1
  if (flow.ipProtocol === 6) {
    const silent = flow.originatorPayload === 0 && flow.responderPayload === 0
    return silent && flow.directionCertain && flow.originatorPackets <= 2 && isHalf(flow) ? SYN : -1
  }
  if (flow.ipProtocol === 17) {
    return flow.responderPackets === 0 && flow.service === '' ? UDP : -1
  }
  if (flow.ipProtocol === 1) return flow.originatorPort === 8 ? ICMP : -1
  return flow.ipProtocol === 58 && flow.originatorPort === 128 ? ICMP : -1
}

/** Never answered, refused, or given up after the answer; a closed connection is a health check. */
const isHalf = ({ state }: Flow): boolean =>
  state === 'S0' || state === 'S1' || state === 'REJ' || state === 'RSTO' || state === 'RSTOS0'

function isTooMuch(slot: Surge, context: DetectContext): boolean {
  const { kind, packets, flows, ports, sources, payload, target } = slot
  if (kind === ICMP) return packets >= PINGS.value
  if (kind === SYN) {
    const least = sources.size > 8 ? FROM_MANY.value : HALF_OPEN.value
    return flows >= least && ports.size <= PORTS.value
  }
  if (packets < DATAGRAMS.value) return false
  if (sources.size > 8) return packets >= FROM_MANY.value
  // Many flows of one packet at as many ports are a scan.
  if (flows >= FLOWS.value) return ports.size <= PORTS.value || packets >= STREAM.value
  if (payload / packets >= FULL.value) return false
  const { endpoints } = context
  const outward = endpoints.addresses.scope(endpoints.address(target)) === 'global'
  return packets >= (outward ? OUTWARD.value : STREAM.value)
}

function tell(context: DetectContext, flood: Surge): void {
  const { kind, target, from, to, flows, packets, frames, refused } = flood
  const sources = [...flood.sources]
  const single = sources.length === 1
  const stuck = single && kind === SYN && refused > flows * 0.9
  const own = sources.find((source) => context.isLocal(source))
  const rate = packets / Math.max(1, (to - from) / SECOND)
  context.raise({
    key: `${kind} ${target}`,
    about: single && own ? own : context.isLocal(target) ? target : (own ?? target),
    severity: stuck ? 'medium' : 'high',
    confidence: stuck ? 0.5 : Math.min(0.95, 0.7 + rate / 10_000),
    from,
    to,
    sources: sources.slice(0, 16),
    targets: [target],
    expected: EXPECTED[kind],
    seen: `${whatText(flood)} from ${sourcesText(context, sources)} within ${spanText(to - from)}`,
    frames,
    count: Math.round(kind === SYN ? flows : packets),
    taints: { originator: single ? sources[0] : 0, responder: target, port: -1, from, to },
  })
}

const EXPECTED = [
  'a few connections at a time, most of them used',
  'datagrams of a known protocol, or answered ones',
  'a ping a second at most',
] as const

function whatText({ kind, flows, packets, ports }: Surge): string {
  if (kind === ICMP) return `${Math.round(packets)} pings`
  const port = ports.size === 1 ? `port ${[...ports][0]}` : `${countText(ports.size)} ports`
  if (kind === SYN) return `${flows} connections that were never used, at ${port},`
  return `${Math.round(packets)} unanswered datagrams at ${port}`
}

/** One address, several, or addresses invented by one MAC. */
function sourcesText({ endpoints }: DetectContext, sources: readonly number[]): string {
  if (sources.length === 1) return endpoints.addressText(sources[0])
  if (sources.length === 0) return 'addresses that are not told apart'
  const macs = new Set(sources.map((source) => endpoints.mac(source)))
  const one = macs.size === 1 && !macs.has(-1) ? ', all with one MAC' : ''
  return `${countText(sources.length)} addresses${one}`
}

/** Of what a surge keeps at most 64. */
const countText = (count: number) => (count >= 64 ? 'more than 63' : String(count))
