// Passwords tried at a web page (or camera stream) that answers 401: cameras, recorders, routers,
// printers.
import { Guessing, PAIRS, REFUSALS, WINDOW } from '../guessing.ts'
import { threshold, type Detector } from '../detector.ts'
import type { Transaction } from '../../flow/index.ts'

const WEB_REFUSALS = threshold(
  'webRefusals',
  '8 refusals',
  'every page of a browser is refused once',
)

export const detector: Detector = {
  id: 'http-brute-force',
  title: 'Web passwords being guessed',
  severity: 'high',
  techniques: ['T1110.001'],
  why: 'Web interfaces of things rarely lock an account; guessing goes on until it succeeds.',
  respond:
    'Block the guessing address at the device or gateway, give the device a long password of its ' +
    'own, and let only the network of its administrators reach its web page.',
  falsePositives: 'A client program with an old password.',
  limits: [PAIRS, WINDOW, REFUSALS, WEB_REFUSALS],
  create(context) {
    const guessing = new Guessing(context)
    const offered = context.table<boolean>(PAIRS)
    const look = (protocol: string) => (transaction: Transaction) => {
      const { fields, source, destination, time, frame, flow } = transaction
      if (fields.kind === 'request') {
        if (fields.credentials === 'basic' || fields.credentials === 'digest')
          offered.set(flow, true)
        return
      }
      // Only an answer to credentials counts: browsers ask without first.
      if (fields.kind !== 'response' || !offered.get(flow)) return
      const status = Number(fields.status)
      const accepted = status >= 200 && status < 400
      if (!accepted && status !== 401) return
      const user = typeof fields.user === 'string' ? fields.user : undefined
      const attempt = { client: destination, server: source, time, frame, accepted, user }
      const words = { protocol, port: transaction.sourcePort, refusals: WEB_REFUSALS.value }
      guessing.attempt(attempt, words)
    }
    return { transactions: { http: look('web'), rtsp: look('RTSP') } }
  },
}
