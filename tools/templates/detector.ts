// Example: say here what goes wrong, and how it looks on the wire.
import { MINUTE } from '../../src/core/clock.ts'
import { threshold, type Detector } from '../../src/detect/detector.ts'

const FLOWS = threshold('flows', '20 flows', 'a device that retries does it less often')
const WINDOW = threshold('window', '1 minutes', 'long enough for a slow device')
const SENDERS = threshold('senders', '4096 endpoints', 'senders watched at a time')
const PORT = 9

interface Seen {
  from: number
  flows: number
}

export const detector: Detector = {
  id: 'example',
  title: 'Example',
  severity: 'medium',
  techniques: ['T1046'],
  why: 'What an attacker gains, or what breaks, in one sentence.',
  respond: 'What a person should look at first, and then do.',
  falsePositives: 'When this is normal, and how to tell.',
  limits: [FLOWS, WINDOW, SENDERS],

  create(context) {
    const seen = context.table<Seen>(SENDERS)
    return {
      flowStart(flow) {
        if (flow.responderPort !== PORT) return
        const before = seen.get(flow.originator)
        const fresh = !before || flow.first - before.from > WINDOW.value * MINUTE
        const { from, flows } = fresh ? { from: flow.first, flows: 0 } : before
        seen.set(flow.originator, { from, flows: flows + 1 })
        if (flows + 1 < FLOWS.value) return
        context.raise({
          key: String(flow.originator),
          about: flow.originator,
          from,
          to: flow.first,
          sources: [flow.originator],
          targets: [flow.responder],
          expected: `fewer than ${FLOWS.value} flows to port ${PORT} in ${WINDOW.value} min`,
          seen: `${flows + 1} flows`,
          count: flows + 1,
          frames: [flow.frame],
        })
      },
    }
  },
}
