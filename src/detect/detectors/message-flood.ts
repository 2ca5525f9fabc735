// Messages thrown at an MQTT broker by one client, faster than any thing measures: brokers are
// small, and everything that hangs on one stops with it.
import { SECOND } from '../../core/clock.ts'
import type { Transaction } from '../../flow/index.ts'
import { threshold, type Detector } from '../detector.ts'

const CLIENTS = threshold('clients', '4096 pairs', 'clients and brokers watched at one time')
const MESSAGES = threshold(
  'messages',
  '1000 messages',
  'published within one second; the fastest meters send a hundred',
)

/** What one client published within the second that began at `from`. */
interface Burst {
  from: number
  count: number
  /** Of all seconds in which it was too much. */
  total: number
  began: number
  readonly frames: number[]
  readonly topics: Set<string>
}

export const detector: Detector = {
  id: 'message-flood',
  title: 'Broker flooded with messages',
  severity: 'medium',
  techniques: ['T1499.003', 'T0814'],
  why: 'A broker that is busy with one client forgets the others: nothing is measured or switched.',
  respond:
    'Block the client at the broker, and find out whose it is. Limit messages in flight and ' +
    'messages a second for each client where the broker has that.',
  falsePositives: 'A bridge between brokers that catches up; a load test.',
  limits: [CLIENTS, MESSAGES],
  create(context) {
    const bursts = context.table<Burst>(CLIENTS)
    return {
      transactions: {
        mqtt(transaction) {
          const { fields, fromOriginator, source, destination, time } = transaction
          if (fields.kind !== 'publish' || !fromOriginator) return
          const key = source * 2 ** 26 + destination
          const burst = bursts.get(key) ?? bursts.set(key, fresh(time))
          count(burst, transaction)
          const { count: now, total, began, frames, topics } = burst
          // Told when it is too much, and again at each thousand more.
          if (now < MESSAGES.value || now % MESSAGES.value !== 0) return
          const what = topics.size === 1 ? `topic '${[...topics][0]}'` : `${topics.size} topics`
          context.raise({
            key: `${source} ${destination}`,
            about: context.isLocal(source) ? source : destination,
            from: began,
            to: time,
            sources: [source],
            targets: [destination],
            expected: 'a few messages a second',
            seen: `${total} messages, ${MESSAGES.value} and more within a second, to ${what}`,
            frames,
            count: total,
            taints: {
              originator: source,
              responder: destination,
              port: -1,
              from: began - SECOND,
              to: time + SECOND,
            },
          })
        },
      },
    }
  },
}

const fresh = (time: number): Burst => ({
  from: time,
  count: 0,
  total: 0,
  began: time,
  frames: [],
  topics: new Set(),
})

function count(burst: Burst, { time, frame, fields }: Transaction): void {
  if (time - burst.from >= SECOND) {
    if (burst.count < MESSAGES.value) {
      burst.total = 0
      burst.began = time
      burst.topics.clear()
    }
    burst.from = time
    burst.count = 0
  }
  burst.count++
  burst.total++
  if (burst.frames.length < 4) burst.frames.push(frame)
  if (burst.topics.size < 16 && typeof fields.topic === 'string') burst.topics.add(fields.topic)
}
