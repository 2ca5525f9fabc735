// What the mappers of EVE records speak through: knows the record at hand, whose flow it belongs to
// and in which direction it was written, and hands what it said to the feed.
import { NO_ADDRESS, NO_MAC } from '../../core/addresses.ts'
import type { AnomalyTable } from '../../core/anomaly.ts'
import type { Microseconds } from '../../core/clock.ts'
import type { Fields, Flow } from '../../flow/index.ts'
import type { AddressTexts } from '../logs/address-texts.ts'
import type { FactList } from '../logs/facts.ts'
import type { Ends, LogFeed, Story } from '../logs/feed.ts'
import { PeerBook, type Peer } from '../logs/peers.ts'
import { bounded, count, has, list, object, word, type Values } from './values.ts'

export interface EveUtterance {
  readonly protocol: string
  readonly fields: Fields
  /** Whether the flow's originator says it. */
  readonly fromOriginator: boolean
  readonly time?: Microseconds
  /** Where our own writer put the fields of this message that Suricata has no place for. */
  readonly part?: string
  /** The fields themselves are as somebody wrote them. */
  readonly foreign?: boolean
}

export class EveSpeaker {
  line = 0
  time: Microseconds = NaN
  readonly facts: FactList
  /** Flow records were seen: netflow records say nothing new. */
  tellsFlows = false
  /**
   * By flow id: flows that a netflow record told one direction of, and that may still be waiting.
   */
  readonly halves = new Map<number, Flow>()
  private readonly feed: LogFeed
  private readonly anomalies: AnomalyTable
  private readonly texts: AddressTexts
  private readonly peers = new PeerBook()
  private record: Values = {}
  /** Ends of the record at hand; null before they were looked for. */
  private found: Ends | undefined | null = null

  constructor(parts: {
    feed: LogFeed
    anomalies: AnomalyTable
    texts: AddressTexts
    facts: FactList
  }) {
    this.feed = parts.feed
    this.anomalies = parts.anomalies
    this.texts = parts.texts
    this.facts = parts.facts
  }

  point(record: Values, line: number, time: Microseconds): void {
    this.record = record
    this.line = line
    this.time = time
    this.found = null
  }

  /**
   * Says a message of the record's flow. `reversed`: this kind of record names the responder first
   * when the flow is not known better.
   */
  say(utterance: EveUtterance, reversed = false): void {
    const known = this.story(reversed)
    if (!known) return
    const story = this.sender(known)
    const { protocol } = utterance
    const backwards = !reversed && this.isBackwards(known)
    const fromOriginator = utterance.fromOriginator !== backwards
    const own = this.own(utterance.part)
    this.feed.say(story, utterance.time ?? this.time, {
      protocol,
      frame: this.line,
      fromOriginator,
      fields: own ? { ...utterance.fields, ...own } : utterance.fields,
      foreign: own !== undefined || utterance.foreign,
    })
  }

  /** The fields that our own writer added to the record; undefined without any. */
  private own(part: string | undefined): Fields | undefined {
    const all = object(this.record, 'thingward')
    const own = part === undefined ? all : object(all, part)
    for (const _ in own) return bounded(own) as Fields
    return undefined
  }

  /** Says something between two MAC addresses, where there is no flow. */
  sayBetween(originator: Peer, responder: Peer, protocol: string, fields: Fields): void {
    const ends = { originator, responder, originatorPort: 0, responderPort: 0 }
    const said = { protocol, frame: this.line, fromOriginator: true, fields }
    this.feed.say(this.feed.pair(ends), this.time, said)
  }

  /** The record is a flow's own. */
  flow(flow: Flow): void {
    const ends = this.ends()
    if (!ends) return this.anomaly('eve-bad-address')
    const id = count(this.record, 'flow_id') ?? 0
    const known = id === 0 ? undefined : this.feed.known(id)
    if (known) {
      Object.assign(known, ends)
    }
    this.feed.flow(known ?? this.feed.begin(id === 0 ? -this.line : id, ends, id), flow)
  }

  /** A host without an address. */
  hardware(mac: string): Peer {
    return this.peers.get(this.texts.mac(mac), NO_ADDRESS, this.vlan)
  }

  /** Outermost VLAN id; 0 without. */
  get vlan(): number {
    const vlan = list(this.record, 'vlan')[0]
    if (typeof vlan !== 'number' || !Number.isInteger(vlan) || vlan < 0 || vlan > 4095) return 0
    if (vlan > 0) this.facts.add('vlan')
    return vlan
  }

  anomaly(name: string): void {
    this.anomalies.count(name, this.line, this.time)
  }

  /** Source and destination as the record names them; undefined when it names no hosts. */
  ends(): Ends | undefined {
    if (this.found === null) this.found = this.findEnds()
    return this.found
  }

  private findEnds(): Ends | undefined {
    const { record } = this
    const vlan = this.vlan
    const ether = object(record, 'ether')
    const source = this.texts.address(word(record, 'src_ip'))
    const destination = this.texts.address(word(record, 'dest_ip'))
    const from = this.mac(ether, 'src_mac')
    const told = this.mac(ether, 'dest_mac')
    // Loopback traffic has zeros; as a destination they stand for none.
    const to = told === 0 ? NO_MAC : told
    if (from !== NO_MAC) this.facts.add('mac')
    if ((source === NO_ADDRESS || destination === NO_ADDRESS) && from === NO_MAC) return undefined
    return {
      originator: this.peers.get(from, source, vlan),
      responder: this.peers.get(to, destination, vlan),
      originatorPort: portOf(record, 'src_port'),
      responderPort: portOf(record, 'dest_port'),
    }
  }

  /** Scalar in records of packets, a list in records of flows. */
  private mac(ether: Values, name: string): number {
    const one = word(ether, name)
    const first = one === '' ? list(ether, `${name}s`)[0] : one
    return typeof first === 'string' ? this.texts.mac(first) : NO_MAC
  }

  /**
   * The flow with the MAC addresses of this very message, where they are others than the flow's.
   */
  private sender(story: Story): Story {
    if (story.id === 0 || !has(this.record, 'ether')) return story
    const ends = this.ends()
    if (!ends || ends.originator.address !== story.originator.address) return story
    const own = ends.originator.mac === story.originator.mac
    const others = ends.responder.mac === story.responder.mac || ends.responder.mac === NO_MAC
    return own && others ? story : this.feed.pair(ends, story.id)
  }

  /** Whether the record names the flow's responder first. */
  private isBackwards(story: Story): boolean {
    if (story.id === 0 || story.originator.address === story.responder.address) return false
    const source = this.ends()?.originator.address ?? NO_ADDRESS
    return source !== NO_ADDRESS && source === story.responder.address
  }

  private story(reversed: boolean): Story | undefined {
    const id = count(this.record, 'flow_id') ?? 0
    const known = id === 0 ? undefined : this.feed.known(id)
    if (known) return known
    const ends = this.ends()
    if (!ends) {
      this.anomaly('eve-bad-address')
      return undefined
    }
    const { originator, responder, originatorPort, responderPort } = ends
    const right = reversed
      ? {
          originator: responder,
          responder: originator,
          originatorPort: responderPort,
          responderPort: originatorPort,
        }
      : ends
    return id === 0 ? this.feed.pair(right) : this.feed.begin(id, right, id)
  }
}

function portOf(record: Values, name: string): number {
  const port = count(record, name) ?? 0
  return port <= 65535 ? port : 0
}
