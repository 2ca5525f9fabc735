// What the mappers of Zeek logs speak through: knows the line at hand, whose flow it belongs to,
// and hands what it said to the feed as a Transaction.
import { NO_ADDRESS } from '../../core/addresses.ts'
import type { AnomalyTable } from '../../core/anomaly.ts'
import type { Microseconds } from '../../core/clock.ts'
import type { Fields, Flow } from '../../flow/index.ts'
import type { AddressTexts } from '../logs/address-texts.ts'
import type { Ends, LogFeed, Story } from '../logs/feed.ts'
import { PeerBook, type Peer } from '../logs/peers.ts'
import type { Certificates } from './certificates.ts'
import type { ZeekRow } from './row.ts'

const ONCE_MAX = 32_768

export interface Utterance {
  readonly protocol: string
  readonly fields: Fields
  /** Default: the originator, or what the column `is_orig` says. */
  readonly fromOriginator?: boolean
  /** Default: the line's time. */
  readonly time?: Microseconds
}

export class ZeekSpeaker {
  line = 0
  time: Microseconds = NaN
  readonly feed: LogFeed
  readonly anomalies: AnomalyTable
  readonly texts: AddressTexts
  readonly certificates: Certificates
  /** Logs that are there, by name: what a richer one tells is not told twice. */
  readonly logs: ReadonlySet<string>
  private row!: ZeekRow
  private readonly told = new Set<string>()
  private readonly peers = new PeerBook()

  constructor(parts: {
    feed: LogFeed
    anomalies: AnomalyTable
    texts: AddressTexts
    certificates: Certificates
    logs: ReadonlySet<string>
  }) {
    this.feed = parts.feed
    this.anomalies = parts.anomalies
    this.texts = parts.texts
    this.certificates = parts.certificates
    this.logs = parts.logs
  }

  point(row: ZeekRow, line: number, time: Microseconds): void {
    this.row = row
    this.line = line
    this.time = time
  }

  /** Says a message of the line's flow, which `uid` and the `id.*` columns name. */
  say(utterance: Utterance): void {
    const story = this.story()
    if (story) this.tell(story, utterance)
  }

  /** Says something about one host or between two, where there is no flow. */
  sayBetween(ends: Ends, utterance: Utterance): void {
    this.tell(this.feed.pair(ends), { fromOriginator: true, ...utterance })
  }

  /** The line is a flow's own. */
  flow(flow: Flow, ends: Ends): void {
    const uid = this.row.text('uid')
    const known = uid === '' ? undefined : this.feed.known(uid)
    if (known) Object.assign(known, ends)
    this.feed.flow(known ?? this.feed.begin(uid === '' ? -this.line : uid, ends), flow)
  }

  /** A host from columns; `mac` and `address` may be ''. */
  peer(mac: string, address: string, vlan = 0): Peer {
    return this.peers.get(this.texts.mac(mac), this.texts.address(address), vlan)
  }

  /** True the first time it is asked for `what`, as far as can be remembered. */
  once(what: string): boolean {
    if (this.told.has(what)) return false
    if (this.told.size >= ONCE_MAX) this.told.clear()
    this.told.add(what)
    return true
  }

  anomaly(name: string): void {
    this.anomalies.count(name, this.line, this.time)
  }

  private story(): Story | undefined {
    const row = this.row
    const uid = row.text('uid')
    const known = uid === '' ? undefined : this.feed.known(uid)
    if (known) return known
    const originator = this.peer('', row.text('id.orig_h'))
    const responder = this.peer('', row.text('id.resp_h'))
    if (originator.address === NO_ADDRESS || responder.address === NO_ADDRESS) {
      this.anomaly('zeek-bad-address')
      return undefined
    }
    const originatorPort = port(row, 'id.orig_p')
    const responderPort = port(row, 'id.resp_p')
    const ends = { originator, responder, originatorPort, responderPort }
    return uid === '' ? this.feed.pair(ends) : this.feed.begin(uid, ends)
  }

  private tell(story: Story, { protocol, fields, fromOriginator, time }: Utterance): void {
    this.feed.say(story, time ?? this.time, {
      protocol,
      frame: this.line,
      fromOriginator: fromOriginator ?? this.row.flag('is_orig') ?? true,
      fields,
    })
  }
}

/** A port column: a whole number from 0 to 65535; 0 when it is none. */
export function port(row: ZeekRow, name: string): number {
  const value = row.number(name)
  return Number.isInteger(value) && value >= 0 && value <= 65535 ? value : 0
}

/** Ends without ports. */
export const between = (originator: Peer, responder: Peer): Ends => ({
  originator,
  responder,
  originatorPort: 0,
  responderPort: 0,
})
