// What was observed, ready to be learnt from, judged, replayed or compared: every profiled device's
// settled exchanges, and the site they happened in.
import type { Microseconds } from '../core/clock.ts'
import type { Conversation, ConversationTable } from './conversation.ts'
import type { PolicyContext, PolicyDevice } from './device.ts'
import { compareByAddress, type Exchange } from './exchange.ts'
import type { NotLearnt } from './form.ts'
import { cutOf, type TrialSpan } from './maturity.ts'
import { inOrder } from './order.ts'
import { settled } from './settle.ts'
import { Site } from './site.ts'
import type { SpeechTable } from './speech.ts'
import { exchangesOf } from './view.ts'

/** The tables that a Learner fills. */
export interface Observing {
  readonly conversations: ConversationTable
  readonly speech: SpeechTable
  /** Attempts that nobody accepted, where they are kept. */
  readonly attempts?: ConversationTable
}

/** How to learn: what to leave out, and how much to hold out for maturity. */
export interface LearnOptions extends PolicyContext {
  /**
   * True for traffic that findings flag: it is counted, and never learnt. The object is the same
   * one every time: read it, keep nothing of it.
   */
  readonly excluded?: (conversation: Conversation) => boolean
  /** What the profiles were learnt from, e.g. the capture's file name. */
  readonly source?: string
  /** The share of the observed time that maturity learns from; default 0.7. */
  readonly learnShare?: number
}

/** All that policy knows of a run. */
export interface Observed {
  readonly site: Site
  /** By device id, in the order of the devices given; profiled devices only. */
  readonly exchanges: ReadonlyMap<string, readonly Exchange[]>
  /** Connection attempts that nobody accepted, by device id. */
  readonly failures: ReadonlyMap<string, Pick<NotLearnt, 'failedOut' | 'failedIn'>>
  /** When flows began: the first, the first held out (Infinity: none), the last. */
  readonly span: TrialSpan
  /** The same for devices whose learning began anew, by id. */
  readonly spans: ReadonlyMap<string, TrialSpan>
}

/** Derives everything from the learner's tables; do it once, at the end. */
export function observe(
  devices: readonly PolicyDevice[],
  learner: Observing,
  options: LearnOptions = {},
): Observed {
  const { conversations, speech } = learner
  const { first, last } = conversations
  const share = options.learnShare ?? 0.7
  const cut = cutOf(first, last, share)
  const spans = new Map<string, TrialSpan>()
  const cuts = new Map<string, Microseconds>()
  for (const { id, reopened } of devices) {
    if (!reopened || !(reopened.at > first)) continue
    const span = { first: reopened.at, cut: cutOf(reopened.at, last, share), last }
    spans.set(id, span)
    cuts.set(id, span.cut)
  }
  const { excluded } = options
  const site = new Site(devices, options, conversations.endpoints)
  const seen = { devices, context: options, site, cut, cuts, excluded }
  const exchanges = exchangesOf({ ...seen, conversations, speech })
  const { attempts } = learner
  if (attempts) {
    const failed = exchangesOf({ ...seen, conversations: attempts, failed: true })
    for (const [id, list] of failed) {
      if (list.length === 0) continue
      exchanges.set(id, inOrder([...exchanges.get(id)!, ...list], compareByAddress))
    }
  }
  const failures = new Map<string, Failures>()
  exchanges.forEach((all, id) => {
    exchanges.set(id, settled(all))
    failures.set(id, failuresOf(site.devices.get(id)!, conversations))
  })
  return { site, exchanges, failures, span: { first, cut, last }, spans }
}

type Failures = Pick<NotLearnt, 'failedOut' | 'failedIn'>

function failuresOf({ endpoints }: PolicyDevice, conversations: ConversationTable): Failures {
  const failures = { failedOut: 0, failedIn: 0 }
  for (const endpoint of endpoints) {
    failures.failedOut += conversations.failedOut(endpoint)
    failures.failedIn += conversations.failedIn(endpoint)
  }
  return failures
}
