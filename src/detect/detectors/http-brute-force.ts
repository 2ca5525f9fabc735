// Passwords tried at a web page (or camera stream) that answers 401: cameras, recorders, routers,
// printers.
import { EARLY, Guessing, PACE, PAIRS, WINDOW } from '../guessing.ts'
import { threshold, type Detector } from '../detector.ts'
import type { Fields, Transaction } from '../../flow/index.ts'

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
  limits: [PAIRS, WINDOW, WEB_REFUSALS, EARLY, PACE],
  create(context) {
    const guessing = new Guessing(context)
    const offers = context.table<Offer>(PAIRS)
    const look = (protocol: string) => (transaction: Transaction) => {
      const { fields, source, destination, time, frame, flow, sourcePort } = transaction
      if (fields.kind === 'request') return void note(offers, flow, fields)
      // Only an answer to credentials counts: browsers ask without first.
      const offer = offers.get(flow)
      if (fields.kind !== 'response' || !offer?.kind) return
      const accepted = isAccepted(offer, Number(fields.status))
      if (accepted === undefined) return
      const attempt = { client: destination, server: source, time, frame, accepted, ...offer }
      guessing.attempt(attempt, { protocol, port: sourcePort, refusals: WEB_REFUSALS.value })
    }
    return { transactions: { http: look('web'), rtsp: look('RTSP') } }
  },
}

/** What the last request of a flow offered. */
interface Offer {
  readonly kind: '' | 'basic' | 'digest' | 'form'
  readonly user?: string
}

const NOTHING: Offer = { kind: '' }

interface Offers {
  get(flow: number): Offer | undefined
  set(flow: number, offer: Offer): Offer
}

function note(offers: Offers, flow: number, { credentials, user }: Fields): void {
  const kind = credentials === 'basic' || credentials === 'digest' || credentials === 'form'
  if (kind) offers.set(flow, { kind: credentials, ...(typeof user === 'string' && { user }) })
  else if (offers.get(flow)) offers.set(flow, NOTHING)
}

/** Undefined where the answer does not say: a page may refuse a form with 200 and a red text. */
function isAccepted({ kind }: Offer, status: number): boolean | undefined {
  if (status === 401 || (kind === 'form' && status === 403)) return false
  return status >= 200 && status < 400 && kind !== 'form' ? true : undefined
}
