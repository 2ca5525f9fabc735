// `--eve`: everything a run hears as Suricata's EVE JSON lines, so that what reads those can read
// this.
import type { Anomaly } from '../core/anomaly.ts'
import type { Finding, Severity } from '../finding/index.ts'
import type { EndpointTable, Flow, FlowObserver, Transaction } from '../flow/index.ts'
import { ByteLines, type ByteSink } from './byte-line.ts'
import { communityId } from './community-id.ts'
import { EndpointTexts } from './endpoint-texts.ts'
import { writeDns } from './eve-dns.ts'
import { writeFlow, type FlowRecordParts } from './eve-flow.ts'
import { Gatherer } from './eve-gather.ts'
import { asItIs, eveTime, LAYOUTS, type Layout } from './eve-layouts.ts'
import { endRecord, RecentHeads, writeHead, writeObject, type RecordParts } from './eve-record.ts'

/** What EVE lines are written from and to. */
export interface EveOptions {
  readonly endpoints: EndpointTable
  /** Takes whole lines; the bytes are only valid during the call. */
  readonly sink: ByteSink
  /** Adds `community_id` to flow records (about two microseconds each). */
  readonly communityId?: boolean
}

/** Suricata's severities: 1 is the worst, 4 informational. */
const SEVERITIES: { readonly [severity in Severity]: number } = {
  critical: 1,
  high: 1,
  medium: 2,
  low: 3,
  info: 4,
}
const CONFIDENCES = ['Low', 'Medium', 'High'] as const

/** Signature ids of detectors: a range of their own, above those of public rule sets. */
const SIGNATURES = { base: 90_000_000, count: 1_000_000 }

/**
 * Writes flow, dns, tls, http, dhcp, ssh, mqtt, snmp, modbus, dnp3, quic, ftp, arp … records as
 * flows and transactions come; alert and anomaly records when they are handed in. `finish` hands on
 * the last lines.
 */
export class EveWriter implements FlowObserver {
  private readonly lines: ByteLines
  private readonly record: RecordParts
  private readonly flows: FlowRecordParts
  private readonly gatherer: Gatherer
  private now = 0

  constructor({ endpoints, sink, communityId: wanted }: EveOptions) {
    this.lines = new ByteLines(sink)
    const texts = new EndpointTexts(endpoints)
    this.record = { lines: this.lines, texts, endpoints, recent: new RecentHeads() }
    const id = wanted ? (flow: Flow) => communityId(flow, endpoints) : undefined
    this.flows = { lines: this.lines, texts, communityId: id }
    this.gatherer = new Gatherer((first, layout) => this.write(first, first.protocol, layout))
  }

  /** Lines written so far. */
  get written(): number {
    return this.lines.lines
  }

  flowEnd(flow: Flow): void {
    if (this.gatherer.size > 0) this.gatherer.finish(flow.id)
    writeFlow(flow, flow.last > this.now ? flow.last : this.now, this.flows)
  }

  transaction(said: Transaction): void {
    const { protocol } = said
    if (protocol === 'dns') return writeDns(said, this.record)
    if (this.gatherer.take(said)) return
    this.write(said, protocol, (LAYOUTS.get(protocol) ?? asItIs)(said.fields))
  }

  tick(time: number): void {
    this.now = time
  }

  /** A finding as an alert record. */
  finding(finding: Finding): void {
    const { sources, targets, evidence, device, expected, seen, count, respond, id } = finding
    const level = Math.min(2, Math.floor(finding.confidence * 3))
    const record = {
      timestamp: eveTime(finding.time),
      pcap_cnt: evidence[0]?.frame || undefined,
      event_type: 'alert',
      src_ip: sources[0]?.address || undefined,
      dest_ip: targets[0]?.address || undefined,
      ether: etherOf(finding),
      alert: {
        action: 'allowed',
        gid: 1,
        signature_id: signatureId(finding.detector),
        rev: 1,
        signature: `THINGWARD ${finding.title}`,
        category: finding.detector,
        severity: SEVERITIES[finding.severity],
        metadata: {
          confidence: [CONFIDENCES[level]],
          mitre_technique_id: finding.techniques.length > 0 ? finding.techniques : undefined,
        },
      },
      thingward: {
        id,
        severity: finding.severity,
        device,
        expected,
        seen,
        count,
        respond,
        sources,
        targets,
      },
    }
    this.lines.json(record)
    this.lines.reserve(16)
    this.lines.end()
  }

  /** What was odd in the input, one record a kind. */
  anomaly({ name, count, samples }: Anomaly): void {
    const [first] = samples
    const record = {
      timestamp: eveTime(first?.time ?? this.now),
      pcap_cnt: first?.frame || undefined,
      event_type: 'anomaly',
      anomaly: { type: layerOf(name), event: name },
      thingward: { count },
    }
    this.lines.json(record)
    this.lines.reserve(16)
    this.lines.end()
  }

  /** Writes records that were still waiting, and hands on all lines. */
  finish(): void {
    this.gatherer.finishAll()
    this.lines.flush()
  }

  private write(said: Transaction, type: string, { object, own }: Layout): void {
    const { lines } = this
    writeHead(said, type, this.record)
    writeObject(lines, type, object)
    if (own) writeObject(lines, 'thingward', own)
    endRecord(lines)
  }
}

function etherOf({ sources, targets }: Finding) {
  const source = sources[0]?.mac
  const target = targets[0]?.mac
  if (!source && !target) return undefined
  return { src_mac: source || undefined, dest_mac: target || undefined }
}

/** FNV-1a of the detector's name: the same rule number on every machine. */
function signatureId(detector: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(detector)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return SIGNATURES.base + (hash % SIGNATURES.count)
}

/** Suricata tells oddities of decoding, of streams and of applications apart. */
function layerOf(name: string): 'decode' | 'stream' | 'applayer' {
  if (/^(stream|tcp)-/.test(name)) return 'stream'
  return /^(ethernet|link|ipv4|ipv6|udp|icmp|vlan|arp|frame|packet)/.test(name)
    ? 'decode'
    : 'applayer'
}
