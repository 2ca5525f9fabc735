// A discovery put together: listens on the interface first, refuses where industry is heard or
// named, then sends the probes while the sensor hears the answers.
import { setTimeout as pause } from 'node:timers/promises'
import { OperatingError } from '../core/errors.ts'
import {
  DISCOVERY_LIMITS,
  loadProbes,
  networkOf,
  overlap,
  ProbeRecord,
  runCampaign,
  segmentOf,
  targetsIn,
} from '../discovery/index.ts'
import type { Flow, FlowObserver, Transaction } from '../flow/index.ts'
import { isIndustrial } from '../inventory/index.ts'
import { liveSource } from '../sensor/index.ts'
import { Watch, type WatchResult } from './watch.ts'

/** What is asked for. */
export interface DiscoverOptions {
  readonly interface: string
  readonly prefixes: readonly string[]
  /** Networks that are industrial: never asked. */
  readonly industrial: readonly string[]
  /** Seconds of listening before the first probe. */
  readonly listenSeconds: number
  /** Probes a second. */
  readonly rate: number
  /** Ids of probes to leave out. */
  readonly without: readonly string[]
  readonly community?: string
  /** File of the record. */
  readonly record: string
  /** A person's word that what was heard is no industry: goes into the record. */
  readonly word?: string
  readonly signal: AbortSignal
  progress?(text: string): void
}

/** What a discovery came to. */
export interface Discovered {
  readonly result: WatchResult
  readonly sent: number
  /** Why it stopped before its end; '' when it did not. */
  readonly objection: string
}

const LAST_ANSWERS_MS = 2000

/** Hears industrial protocols, whoever speaks them. */
class IndustryGuard implements FlowObserver {
  private heard = ''

  transaction({ protocol }: Transaction): void {
    if (this.heard === '' && isIndustrial(protocol)) this.heard = protocol
  }

  flowEnd({ service }: Flow): void {
    if (this.heard === '' && isIndustrial(service)) this.heard = service
  }

  /** Why nothing may be sent; '' while nothing of the kind was heard. */
  objection(word: string | undefined): string {
    if (this.heard === '' || word !== undefined) return ''
    return `${this.heard} was heard: a segment with industrial protocols is not probed`
  }
}

/**
 * Throws OperatingError: what `segmentOf` and `targetsIn` throw, `bad-rate`, and `ot-segment` when
 * a prefix is said to be industrial.
 */
export async function discover(options: DiscoverOptions): Promise<Discovered> {
  const rateMax = DISCOVERY_LIMITS.rate.value
  if (!(options.rate > 0 && options.rate <= rateMax)) {
    throw new OperatingError('bad-rate', `the rate is above 0 and at most ${rateMax} a second`)
  }
  refuseIndustrial(options)
  const segment = await segmentOf(options.interface)
  const targets = targetsIn(options.prefixes, segment)
  const record = new ProbeRecord(options.record, options.interface)
  const guard = new IndustryGuard()
  const stop = new AbortController()
  const watch = await Watch.create({
    signal: AbortSignal.any([stop.signal, options.signal]),
    listeners: [() => guard],
  })
  const running = watch.run([liveSource(options.interface)])
  try {
    options.progress?.(`listening for ${options.listenSeconds} s`)
    await Promise.race([rest(options.listenSeconds * 1000, options.signal), running])
    const { word } = options
    const heard = guard.objection(word)
    if (heard !== '' || options.signal.aborted) {
      record.add({ kind: 'refused', why: heard || 'interrupted', sent: 0 })
      stop.abort()
      return { result: await running, sent: 0, objection: heard }
    }
    record.add({ kind: 'began', prefixes: options.prefixes, rate: options.rate, word: word ?? '' })
    const wanted = new Set(targets)
    const outcome = await runCampaign({
      probes: (await loadProbes()).filter(({ id }) => !options.without.includes(id)),
      ground: {
        segment,
        targets,
        alive: () => addressesOf(watch).filter((address) => wanted.has(address)),
        community: options.community,
      },
      record,
      rate: options.rate,
      signal: options.signal,
      objection: () => guard.objection(word),
      progress: (sent, probe) => options.progress?.(`${sent} probes sent (${probe})`),
    })
    await rest(LAST_ANSWERS_MS, options.signal)
    record.add({ kind: 'ended', why: outcome.objection || 'done', sent: outcome.sent })
    stop.abort()
    return { result: await running, ...outcome }
  } finally {
    stop.abort()
    await running.catch(() => {})
  }
}

function refuseIndustrial({ industrial, prefixes }: DiscoverOptions): void {
  for (const text of industrial) {
    const network = networkOf(text)
    if (!network) throw new OperatingError('bad-prefix', `'${text}' is no network`)
    const met = prefixes.find((prefix) => {
      const asked = networkOf(prefix)
      return asked !== undefined && overlap(asked, network)
    })
    if (met === undefined) continue
    throw new OperatingError(
      'ot-segment',
      `${met} lies in ${text}, which is industrial: not probed`,
    )
  }
}

/** Whose own frames were seen by now. */
const addressesOf = (watch: Watch): string[] =>
  watch
    .devices()
    .filter(({ placement }) => placement === 'adjacent')
    .flatMap(({ addresses }) => addresses.map(({ address }) => address))

const rest = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  pause(milliseconds, undefined, { signal }).catch(() => {})
