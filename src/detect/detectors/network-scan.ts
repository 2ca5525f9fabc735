// Somebody tries many addresses or many ports and is mostly refused: reconnaissance, or a worm
// looking for its next host. Counts distinct failed targets per sender; answered traffic never
// counts.
import { SECOND, spanText } from '../../core/clock.ts'
import type { Flow } from '../../flow/index.ts'
import { threshold, type DetectContext, type Detector } from '../detector.ts'

const SENDERS = threshold('senders', '2048 senders', 'senders with failures at one time')
const WINDOW = threshold(
  'window',
  '600 seconds',
  'slow scans still show; older failures are forgotten',
)
const TARGETS = threshold(
  'targets',
  '15 targets',
  'a device that lost its server tries fewer than this',
)
const SWEEP = threshold('sweep', '120 seconds', 'a gateway asks for its clients too, but all day')
const KEPT = threshold('kept', '256 targets', 'distinct targets kept for one sender')
const PREFILTER = threshold('prefilter', '65536 counters', 'senders that failed only now and then')

interface Sender {
  readonly endpoint: number
  from: number
  last: number
  /** Distinct targets: endpoint and port as one number, or the addresses asked for by ARP. */
  readonly targets: Set<number | string>
  readonly hosts: Set<number>
  /** Ports, UDP ones above 65535. */
  readonly ports: Set<number>
  readonly frames: number[]
  attempts: number
  /** Attempts at which it is told (again): a scan of thousands is not told thousands of times. */
  tellAt: number
}

export const detector: Detector = {
  id: 'network-scan',
  title: 'Network scan',
  severity: 'high',
  techniques: ['T1046', 'T0846'],
  why: "Scanning is an intruder's first step and IoT malware's main work; things do not scan.",
  respond:
    'If the sender is a thing: take it off the network, it is most likely infected; look at what ' +
    'answered. If it is your own scanner, suppress this finding for its address.',
  falsePositives:
    'Vulnerability scanners and inventory tools; a client whose whole server farm is down.',
  limits: [SENDERS, WINDOW, TARGETS, SWEEP, KEPT, PREFILTER],
  create(context) {
    const senders = context.table<Sender>(SENDERS)
    const failures = new Uint8Array(PREFILTER.value)
    return {
      flowEnd(flow) {
        if (!isFailure(flow)) return
        // A sender's first failures cost one counter, so that floods of forged senders cost no
        // memory.
        const slot = flow.originator & (PREFILTER.value - 1)
        if (failures[slot] < 3) failures[slot]++
        else if (flow.originator !== 0) failed(context, senders, flow)
      },
      transactions: {
        arp: ({ fields, source, time, frame, destination }) => {
          if (fields.kind !== 'request' || typeof fields.targetAddress !== 'string') return
          sweep(context, senders, {
            source,
            destination,
            target: fields.targetAddress,
            time,
            frame,
          })
        },
      },
      // What was counted since each was last told.
      finish() {
        for (const sender of senders.values()) {
          if (sender.tellAt > 0) (sender.endpoint < 0 ? tellSweep : tell)(context, sender)
        }
      },
    }
  },
}

const isFailure = (flow: Flow): boolean => {
  if (flow.family === 2) return false
  if (flow.ipProtocol === 6) {
    return (
      flow.state === 'S0' || flow.state === 'REJ' || flow.state === 'RSTOS0' || flow.state === 'SH'
    )
  }
  // An unanswered datagram to one host; groups and broadcasts never answer.
  return flow.ipProtocol === 17 && flow.responderPackets === 0
}

interface Senders {
  get(key: number): Sender | undefined
  set(key: number, sender: Sender): Sender
}

function senderOf(senders: Senders, endpoint: number, time: number): Sender {
  const known = senders.get(endpoint)
  if (known && time - known.last < WINDOW.value * SECOND) return known
  return fresh(senders, endpoint, time)
}

const fresh = (senders: Senders, endpoint: number, time: number): Sender =>
  senders.set(endpoint, {
    endpoint,
    from: time,
    last: time,
    targets: new Set(),
    hosts: new Set(),
    ports: new Set(),
    frames: [],
    attempts: 0,
    tellAt: 0,
  })

function failed(context: DetectContext, senders: Senders, flow: Flow): void {
  const { endpoints } = context
  const scope = endpoints.addresses.scope(endpoints.address(flow.responder))
  if (scope === 'multicast' || scope === 'broadcast') return
  const sender = senderOf(senders, flow.originator, flow.first)
  sender.attempts++
  sender.last = Math.max(sender.last, flow.last)
  sender.from = Math.min(sender.from, flow.first)
  if (sender.targets.size < KEPT.value) {
    const port = flow.responderPort + (flow.ipProtocol === 17 ? 65536 : 0)
    sender.targets.add(flow.responder * 131072 + port)
    sender.hosts.add(flow.responder)
    sender.ports.add(port)
  }
  if (sender.frames.length < 4) sender.frames.push(flow.frame)
  if (sender.targets.size < TARGETS.value) return
  // A client behind one busy service fails at few ports of few hosts; a scan has breadth one way.
  if (sender.hosts.size < TARGETS.value && sender.ports.size < TARGETS.value) return
  if (sender.attempts < sender.tellAt) return
  sender.tellAt = Math.ceil(sender.attempts * 1.25)
  tell(context, sender)
}

function tell(context: DetectContext, sender: Sender): void {
  const { hosts, ports, from, last, endpoint, attempts } = sender
  const many = (count: number) =>
    count >= KEPT.value ? `more than ${KEPT.value - 1}` : String(count)
  const text = (port: number) => (port < 65536 ? `tcp/${port}` : `udp/${port - 65536}`)
  const shown = [...ports]
    .toSorted((a, b) => a - b)
    .slice(0, 8)
    .map(text)
    .join(', ')
  const which = ports.size > 8 ? `${many(ports.size)} ports` : shown
  context.raise({
    key: String(endpoint),
    about: endpoint,
    severity: context.isLocal(endpoint) ? 'high' : 'medium',
    confidence: Math.min(0.95, 0.6 + sender.targets.size / 200),
    from,
    to: last,
    sources: [endpoint],
    targets: [...hosts].slice(0, 16),
    expected: 'connections to its few servers, most of them answered',
    seen:
      `${attempts} failed attempts at ${many(hosts.size)} ` +
      `address${hosts.size === 1 ? '' : 'es'}, ${which}, within ${spanText(last - from)}`,
    frames: sender.frames,
    count: attempts,
    taints: { originator: endpoint, responder: 0, port: -1, from, to: last },
  })
}

interface Probe {
  readonly source: number
  readonly destination: number
  readonly target: string
  readonly time: number
  readonly frame: number
}

/**
 * ARP senders have entries of their own, below zero, and windows that begin anew after two minutes.
 */
function sweeperOf(senders: Senders, probe: Probe): Sender {
  const known = senders.get(-probe.source)
  if (known && probe.time - known.from < SWEEP.value * SECOND) return known
  return fresh(senders, -probe.source, probe.time)
}

/** ARP requests for many different addresses: looking for neighbours. */
function sweep(context: DetectContext, senders: Senders, probe: Probe): void {
  const sender = sweeperOf(senders, probe)
  sender.last = probe.time
  sender.attempts++
  if (sender.targets.size < KEPT.value) sender.targets.add(probe.target)
  if (sender.frames.length < 4) sender.frames.push(probe.frame)
  // A sweep asks for twice as many as TARGETS within SWEEP.
  if (sender.targets.size < TARGETS.value * 2 || sender.attempts < sender.tellAt) return
  sender.tellAt = Math.ceil(sender.attempts * 1.25)
  tellSweep(context, sender)
}

function tellSweep(context: DetectContext, sender: Sender): void {
  const { from, last, targets, frames, attempts } = sender
  const endpoint = -sender.endpoint
  context.raise({
    key: `arp ${endpoint}`,
    about: endpoint,
    severity: 'medium',
    confidence: 0.7,
    from,
    to: last,
    sources: [endpoint],
    targets: [],
    expected: 'ARP requests for the gateway and a few peers',
    seen: `ARP requests for ${targets.size} different addresses within ${spanText(last - from)}`,
    frames,
    count: attempts,
    taints: { originator: endpoint, responder: 0, port: -1, from, to: last },
  })
}
