// Connections to one outside host at an even beat: how malware asks for orders. Things also report
// to their clouds by the clock, so the beat alone is not enough: it weighs more without a name,
// without encryption, on an odd port, and when it began late.
import { SECOND, spanText } from '../../core/clock.ts'
import type { Flow } from '../../flow/index.ts'
import { threshold, type DetectContext, type Detector } from '../detector.ts'

const PAIRS = threshold('pairs', '16384 pairs', 'client, server and port with several connections')
const BEATS = threshold('beats', '10 connections', 'fewer prove no rhythm')
const JITTER = threshold('jitter', '0.25 share', 'median deviation against the median interval')
const SHORTEST = threshold('shortest', '2 seconds', 'faster is polling in one session')
const LATE = threshold('late', '0.3 share', 'of what was seen of the device before the beat began')
const TAINTED = threshold('tainted', '4 points', 'from here on the traffic is not learnt')
const PREFILTER = threshold(
  'prefilter',
  '262144 counters',
  'pairs that connected less than four times',
)

/** Points: a name never asked for counts two, everything else one. */
const SEVERITY_BY_WEIGHT = ['info', 'low', 'low', 'medium', 'high'] as const
const USUAL_PORTS: ReadonlySet<number> = new Set([80, 123, 443, 1883, 5222, 8443, 8883])

interface Rhythm {
  readonly originator: number
  readonly responder: number
  readonly port: number
  readonly first: number
  last: number
  readonly starts: number[]
  readonly frames: number[]
  name: string
  service: string
  encrypted: boolean
  /** Application bytes of all connections. */
  payload: number
  count: number
}

export const detector: Detector = {
  id: 'beaconing',
  title: 'Regular calls to an outside host',
  severity: 'low',
  techniques: ['T1071', 'T1571', 'T0869'],
  why: 'Malware calls its controller at a steady beat: that of an unknown host deserves a look.',
  respond:
    'Find out whose host it is. If the maker of the device does not name it, block it for this ' +
    'device and look for the moment the calls began.',
  falsePositives:
    'Cloud heartbeats, update checks, time and telemetry: they have names and encryption.',
  limits: [PAIRS, BEATS, JITTER, SHORTEST, LATE, TAINTED, PREFILTER],
  create(context) {
    const rhythms = context.table<Rhythm>(PAIRS)
    const counts = new Uint8Array(PREFILTER.value)
    return {
      flowEnd(flow) {
        if (flow.family === 2 || (flow.ipProtocol !== 6 && flow.ipProtocol !== 17)) return
        if (flow.ipProtocol === 17 && isCommon(flow.service)) return
        // Without its SYN it is the rest of an older connection: keep-alives have a beat as well.
        if (flow.ipProtocol === 6 && !flow.directionCertain) return
        const mixed = Math.imul(flow.originator, 0x9e3779b1) ^ Math.imul(flow.responder, 0x85ebca6b)
        const slot = ((mixed ^ flow.responderPort) >>> 0) % PREFILTER.value
        if (counts[slot] < 3) counts[slot]++
        else if (isOutward(context, flow)) beat(rhythms, flow)
      },
      finish() {
        for (const rhythm of rhythms.values()) judge(context, rhythm)
      },
    }
  },
}

const ENCRYPTED: ReadonlySet<string> = new Set(['tls', 'ssh', 'quic', 'dtls', 'wireguard'])

/** A port of TLS by convention, where the capture does not show what was said on it. */
const isSecurePort = ({ service, responderPort }: Flow): boolean =>
  service === '' && [443, 465, 853, 993, 8443, 8883].includes(responderPort)

const isCommon = (service: string) => service === 'dns' || service === 'ntp' || service === 'quic'

function isOutward(context: DetectContext, flow: Flow): boolean {
  const { endpoints } = context
  const scope = endpoints.addresses.scope(endpoints.address(flow.responder))
  return scope === 'global' && context.isLocal(flow.originator)
}

function beat(
  rhythms: { get(key: string): Rhythm | undefined; set(key: string, rhythm: Rhythm): Rhythm },
  flow: Flow,
): void {
  const key = `${flow.originator} ${flow.responder} ${flow.responderPort}`
  let rhythm = rhythms.get(key)
  if (!rhythm) {
    const { originator, responder, responderPort, first, last } = flow
    const lists = { starts: [], frames: [] }
    const words = { name: '', service: '', encrypted: false, payload: 0, count: 3 }
    rhythm = { originator, responder, port: responderPort, first, last, ...lists, ...words }
  }
  rhythms.set(key, rhythm)
  rhythm.last = Math.max(rhythm.last, flow.last)
  rhythm.count++
  if (rhythm.starts.length < 128) rhythm.starts.push(flow.first)
  if (rhythm.frames.length < 6) rhythm.frames.push(flow.frame)
  rhythm.name ||= flow.serverName
  rhythm.service ||= flow.service
  rhythm.encrypted ||=
    ENCRYPTED.has(flow.service) || flow.service.endsWith('-tls') || isSecurePort(flow)
  rhythm.payload += flow.originatorPayload + flow.responderPayload
}

function judge(context: DetectContext, rhythm: Rhythm): void {
  if (rhythm.starts.length < BEATS.value) return
  const starts = rhythm.starts.toSorted((a, b) => a - b)
  const intervals = starts.slice(1).map((start, index) => start - starts[index])
  const interval = median(intervals)
  if (interval < SHORTEST.value * SECOND) return
  const jitter = median(intervals.map((one) => Math.abs(one - interval))) / interval
  if (jitter > JITTER.value) return
  const reasons = reasonsOf(context, rhythm)
  const weight = reasons.reduce((sum, reason) => sum + reason.weight, 0)
  const { originator, responder, port, first, last } = rhythm
  const because = reasons.length > 0 ? `; ${reasons.map(({ text }) => text).join(', ')}` : ''
  context.raise({
    key: `${originator} ${responder} ${port}`,
    about: originator,
    severity: SEVERITY_BY_WEIGHT[Math.min(weight, SEVERITY_BY_WEIGHT.length - 1)],
    confidence: Math.min(0.9, 0.3 + 0.12 * weight),
    from: first,
    to: last,
    sources: [originator],
    targets: [responder],
    expected: 'regular calls only to named, encrypted services of the maker',
    seen:
      `${rhythm.count} connections to ${rhythm.name || context.endpoints.addressText(responder)} ` +
      `port ${port}, every ${spanText(interval)} ` +
      `(deviation ${Math.round(jitter * 100)} %)${because}`,
    frames: rhythm.frames,
    count: rhythm.count,
    // A beat that may be the maker's own cloud is learnt; one that speaks of a controller is not.
    ...(weight >= TAINTED.value && {
      taints: { originator, responder, port, from: 0, to: Infinity },
    }),
  })
}

interface Reason {
  readonly text: string
  readonly weight: number
}

/** What makes a beat suspicious beside being one. */
function reasonsOf({ endpoints }: DetectContext, rhythm: Rhythm): Reason[] {
  const { originator, first, last, name, encrypted, port, service, payload } = rhythm
  const since = endpoints.first[originator]
  const late = since > 0 && first - since > Math.max(60 * SECOND, (last - since) * LATE.value)
  const all: readonly (Reason & { readonly holds: boolean })[] = [
    { text: 'no name was ever asked for', weight: 2, holds: name === '' },
    { text: 'not encrypted', weight: 1, holds: !encrypted },
    { text: `unusual port ${port}`, weight: 1, holds: !USUAL_PORTS.has(port) },
    { text: 'unknown protocol', weight: 1, holds: service === '' && payload > 0 && !encrypted },
    { text: 'began long after the device was first heard', weight: 1, holds: late },
  ]
  return all.filter(({ holds }) => holds)
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
