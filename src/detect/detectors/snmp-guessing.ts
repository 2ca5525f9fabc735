// Communities tried one after the other at an SNMP agent. An agent is silent to a wrong one, so
// what counts is different communities without an answer. Marks tell them apart; the words are not
// kept.
import { SECOND, spanText } from '../../core/clock.ts'
import type { Transaction } from '../../flow/index.ts'
import { Guessing, PAIRS, REFUSALS, WINDOW } from '../guessing.ts'
import { threshold, type DetectContext, type Detector } from '../detector.ts'

const TRIED = threshold('tried', '4 communities', 'discovery tools carry one to three')
const WRONG = threshold(
  'wrong',
  '3 communities',
  'switches have one community a VLAN, and answer to all of them',
)
const SERVERS = threshold(
  'servers',
  '8 agents',
  'a few new devices are discovered at one time, not a network',
)
const ANSWER = threshold('answer', '1 seconds', 'agents on a site have answered by then')

/** What one client tried at one agent. */
interface Tries {
  readonly client: number
  readonly server: number
  readonly from: number
  last: number
  requests: number
  /** When each community was first tried, and those that were answered. */
  readonly tried: Map<number, number>
  readonly answered: Set<number>
  readonly frames: number[]
  toldWrong: number
  toldRight: number
}

/** Agents at which one client tried at least two communities in vain. */
interface Tour {
  readonly client: number
  readonly from: number
  last: number
  readonly servers: Set<number>
  readonly frames: number[]
}

type Table<Value> = { get(key: string): Value | undefined; set(key: string, value: Value): Value }

export const detector: Detector = {
  id: 'snmp-guessing',
  title: 'SNMP communities being guessed',
  severity: 'high',
  techniques: ['T1110.001', 'T1602.001', 'T0888'],
  why:
    'A community is the only password of SNMP v1 and v2c: whoever has it reads the whole ' +
    'configuration of a device, and with the second one changes it.',
  respond:
    'Block the guessing address, and allow SNMP from the monitoring server only. Change ' +
    'communities that were answered, or better turn to SNMPv3 with authentication and privacy.',
  falsePositives:
    'Discovery of monitoring and inventory tools that try a long list of communities.',
  limits: [PAIRS, WINDOW, TRIED, WRONG, SERVERS, ANSWER, REFUSALS],
  create(context) {
    const pairs = context.table<Tries>(PAIRS)
    const tours = context.table<Tour>(PAIRS)
    const guessing = new Guessing(context)
    const judgeAll = (now: number) => {
      for (const tries of pairs.values()) judge({ context, tours }, tries, now)
    }
    return {
      transactions: {
        snmp(transaction) {
          if (transaction.fields.version === '3') secured(guessing, transaction)
          else heard(pairs, transaction)
        },
      },
      tick: judgeAll,
      finish: () => judgeAll(Infinity),
    }
  },
}

const REQUESTS: ReadonlySet<unknown> = new Set(['get', 'get-next', 'bulk', 'set'])

function heard(pairs: Table<Tries>, transaction: Transaction): void {
  const { fields, source, destination, time, frame } = transaction
  const mark = fields.communityMark
  if (typeof mark !== 'number') return
  if (fields.kind === 'response') {
    pairs.get(`${destination} ${source}`)?.answered.add(mark)
    return
  }
  if (!REQUESTS.has(fields.kind)) return
  const key = `${source} ${destination}`
  let tries = pairs.get(key)
  if (!tries || time - tries.last > WINDOW.value * SECOND) {
    tries = fresh(source, destination, time)
  }
  pairs.set(key, tries)
  tries.last = time
  tries.requests++
  if (tries.tried.has(mark)) return
  tries.tried.set(mark, time)
  if (tries.frames.length < 8) tries.frames.push(frame)
}

const fresh = (client: number, server: number, time: number): Tries => ({
  client,
  server,
  from: time,
  last: time,
  requests: 0,
  tried: new Map(),
  answered: new Set(),
  frames: [],
  toldWrong: 0,
  toldRight: 0,
})

interface Judging {
  readonly context: DetectContext
  readonly tours: Table<Tour>
}

/** Communities that were answered, and those that had their time. */
function judge({ context, tours }: Judging, tries: Tries, now: number): void {
  if (tries.tried.size < 2) return
  let wrong = 0
  let right = 0
  for (const [mark, time] of tries.tried) {
    if (tries.answered.has(mark)) right++
    else if (now - time > ANSWER.value * SECOND) wrong++
  }
  if (wrong === tries.toldWrong && right === tries.toldRight) return
  tries.toldWrong = wrong
  tries.toldRight = right
  if (wrong + right >= TRIED.value && wrong >= WRONG.value) tell(context, tries, { wrong, right })
  if (wrong >= 2) tour(context, tours, tries)
}

function tell(
  context: DetectContext,
  tries: Tries,
  { wrong, right }: { readonly wrong: number; readonly right: number },
): void {
  const { client, server, from, last, frames } = tries
  const found =
    right === 0 ? '' : `, ${right === 1 ? 'one of which was' : `${right} of which were`} answered`
  context.raise({
    key: `${client} ${server}`,
    about: context.isLocal(client) ? client : server,
    severity: right > 0 ? 'critical' : 'high',
    confidence: Math.min(0.95, 0.7 + wrong / 40),
    from,
    to: last,
    sources: [client],
    targets: [server],
    expected: 'one community, or the few of a discovery, that the agent answers',
    seen: `${wrong + right} different communities within ${spanText(last - from)}${found}`,
    frames,
    count: wrong + right,
    taints: { originator: client, responder: server, port: -1, from, to: last + SECOND },
  })
}

/** A few wrong communities at many agents. */
function tour(context: DetectContext, tours: Table<Tour>, tries: Tries): void {
  const { client, server, from, last, frames } = tries
  const key = String(client)
  let own = tours.get(key)
  if (!own || from - own.last > WINDOW.value * SECOND) {
    own = { client, from, last, servers: new Set(), frames: [] }
  }
  tours.set(key, own)
  own.last = Math.max(own.last, last)
  if (own.servers.size < PAIRS.value) own.servers.add(server)
  if (own.frames.length < 8) own.frames.push(frames[0])
  if (own.servers.size < SERVERS.value) return
  context.raise({
    key: `many ${client}`,
    about: client,
    severity: 'medium',
    confidence: 0.7,
    from: own.from,
    to: own.last,
    sources: [client],
    targets: [...own.servers].slice(0, 16),
    expected: 'one community for each agent, that the agent answers',
    seen: `several communities in vain at each of ${own.servers.size} addresses`,
    frames: own.frames,
    count: own.servers.size,
    taints: { originator: client, responder: 0, port: 161, from: own.from, to: own.last + SECOND },
  })
}

/** RFC 3414 5: what an agent reports of an unknown user, and of a wrong password. */
const UNKNOWN_USER = '1.3.6.1.6.3.15.1.1.3.0'
const WRONG_DIGEST = '1.3.6.1.6.3.15.1.1.5.0'

/** Version 3 says what was wrong. */
function secured(guessing: Guessing, transaction: Transaction): void {
  const { fields, source, destination, time, frame, fromOriginator, sourcePort } = transaction
  if (fromOriginator) return
  const names = Array.isArray(fields.names) ? fields.names : []
  const refused = names.includes(UNKNOWN_USER) || names.includes(WRONG_DIGEST)
  // Other reports are how a client gets to know the engine.
  if (fields.kind === 'report' && !refused) return
  const user = typeof fields.user === 'string' ? fields.user : undefined
  const attempt = { client: destination, server: source, time, frame, accepted: !refused, user }
  guessing.attempt(attempt, { protocol: 'SNMPv3', port: sourcePort })
}
