// Many connections of one client that begin a request and never end it: small web servers have few
// places, and whoever holds them all keeps everybody else out.
import { SECOND, spanText } from '../../core/clock.ts'
import type { Flow } from '../../flow/index.ts'
import { threshold, type DetectContext, type Detector } from '../detector.ts'

const CLIENTS = threshold('clients', '2048 pairs', 'clients and services with unanswered requests')
const HELD = threshold('held', '20 connections', 'browsers open six at one time, programs fewer')
const LASTING = threshold('lasting', '5 seconds', 'servers answer, or the client gives up, sooner')
const REQUEST = threshold('request', '8192 bytes', 'who sends more is sending something')
const KEPT = threshold('kept', '128 connections', 'of one client at one service')

interface Holding {
  readonly client: number
  readonly server: number
  readonly port: number
  /** Beginnings and ends, the latest ones. */
  readonly spans: { readonly first: number; readonly last: number }[]
  readonly frames: number[]
  /** Connections told so far: the next time it is told is at a quarter more. */
  tellAt: number
}

export const detector: Detector = {
  id: 'slow-requests',
  title: 'Connections held open with unfinished requests',
  severity: 'medium',
  techniques: ['T1499.002', 'T0814'],
  why: 'A camera or controller that serves ten connections at a time serves nobody else meanwhile.',
  respond:
    'Block the client. Let the device be reached from the network of its administrators only, or ' +
    'put a proxy in front of it that waits for whole requests.',
  falsePositives: 'A server that hangs, and a client that keeps trying.',
  limits: [CLIENTS, HELD, LASTING, REQUEST, KEPT],
  create(context) {
    const table = context.table<Holding>(CLIENTS)
    return {
      flowEnd(flow) {
        if (!isHeld(flow)) return
        const { originator, responder, responderPort, first, last } = flow
        const key = `${originator} ${responder} ${responderPort}`
        const holding = table.set(key, table.get(key) ?? fresh(flow))
        holding.spans.push({ first, last })
        if (holding.spans.length > KEPT.value) holding.spans.shift()
        if (holding.frames.length < 6) holding.frames.push(flow.frame)
        const together = holding.spans.filter((one) => one.first <= last && one.last >= first)
        if (together.length < HELD.value || together.length < holding.tellAt) return
        holding.tellAt = Math.ceil(together.length * 1.25)
        tell(context, holding, together)
      },
    }
  },
}

/** A handshake, the beginning of a request, no answer, and time went by. */
const isHeld = (flow: Flow): boolean =>
  flow.ipProtocol === 6 &&
  flow.directionCertain &&
  flow.responderPackets > 0 &&
  flow.responderPayload === 0 &&
  flow.originatorPayload > 0 &&
  flow.originatorPayload <= REQUEST.value &&
  flow.last - flow.first >= LASTING.value * SECOND

const fresh = ({ originator, responder, responderPort }: Flow): Holding => ({
  client: originator,
  server: responder,
  port: responderPort,
  spans: [],
  frames: [],
  tellAt: 0,
})

function tell(context: DetectContext, holding: Holding, together: Holding['spans']): void {
  const { client, server, port, frames } = holding
  const from = Math.min(...together.map(({ first }) => first))
  const to = Math.max(...together.map(({ last }) => last))
  context.raise({
    key: `${client} ${server} ${port}`,
    about: context.isLocal(client) ? client : server,
    confidence: Math.min(0.9, 0.5 + together.length / 100),
    from,
    to,
    sources: [client],
    targets: [server],
    expected: 'requests that end, and are answered',
    seen:
      `${together.length} connections to port ${port} held at one time for up to ` +
      `${spanText(to - from)}, each with a request that did not end`,
    frames,
    count: together.length,
    taints: { originator: client, responder: server, port, from, to },
  })
}
