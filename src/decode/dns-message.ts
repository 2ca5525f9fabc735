// The message format that DNS, mDNS and LLMNR share (RFC 1035 4): questions, and the resource
// records that say something about devices.
import { v4Text } from '../core/addresses.ts'
import { v6TextAt } from './address-text.ts'
import { DnsNameReader } from './dns-name.ts'
import { clip } from './protocol.ts'

export type DnsQuestion = { readonly name: string; readonly type: string }
export type DnsAnswer = {
  readonly name: string
  readonly type: string
  /** Seconds. */
  readonly ttl: number
  /** Address text, name, strings of a TXT record, or '' for types that are not read. */
  readonly data: string | readonly string[]
  /** SRV only. */
  readonly port?: number
}

/** Questions beyond this are counted, not kept; unicast DNS has one, mDNS a dozen. */
const QUESTIONS = 32
const ANSWERS = 64
/** Strings of one TXT record that are kept. */
const STRINGS = 32
const NO_ANSWERS: readonly DnsAnswer[] = Object.freeze([])

const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED', 'YXDOMAIN']
const A = 1
const NS = 2
const CNAME = 5
const PTR = 12
const MX = 15
const TXT = 16
const AAAA = 28
const SRV = 33
const DNAME = 39
const OPT = 41
const NSEC = 47
const SVCB = 64
const HTTPS = 65
const TYPES = new Map([
  [A, 'A'],
  [NS, 'NS'],
  [CNAME, 'CNAME'],
  [6, 'SOA'],
  [10, 'NULL'],
  [PTR, 'PTR'],
  [13, 'HINFO'],
  [MX, 'MX'],
  [TXT, 'TXT'],
  [AAAA, 'AAAA'],
  [SRV, 'SRV'],
  [35, 'NAPTR'],
  [DNAME, 'DNAME'],
  [OPT, 'OPT'],
  [43, 'DS'],
  [46, 'RRSIG'],
  [NSEC, 'NSEC'],
  [48, 'DNSKEY'],
  [50, 'NSEC3'],
  [52, 'TLSA'],
  [SVCB, 'SVCB'],
  [HTTPS, 'HTTPS'],
  [251, 'IXFR'],
  [252, 'AXFR'],
  [255, 'ANY'],
  [257, 'CAA'],
])
const TYPE_TEXTS = Array.from({ length: 258 }, (_, type) => TYPES.get(type) ?? `TYPE${type}`)

const typeText = (type: number) => (type < 258 ? TYPE_TEXTS[type] : `TYPE${type}`)

/** Reads one message; make it once, `open` it for every message. */
export class DnsReader extends DnsNameReader {
  id = 0
  response = false
  opcode = 0
  rcode = 0
  truncated = false
  questionCount = 0
  answerCount = 0
  authorityCount = 0
  additionalCount = 0
  /** Questions and answers beyond the bounds. */
  more = 0
  /**
   * When set to a list: first labels of service instances (RFC 6763 4.1), in the case people chose.
   */
  instances: string[] | undefined

  /** Reads the header; false when there is none, or none that RFC 1035 knows. */
  open(bytes: Buffer, start: number, end: number): boolean {
    this.bytes = bytes
    this.start = start
    this.end = end
    this.at = start + 12
    this.broken = false
    this.loop = false
    this.more = 0
    this.instances = undefined
    if (end - start < 12) return false
    const flags = (bytes[start + 2] << 8) | bytes[start + 3]
    this.id = (bytes[start] << 8) | bytes[start + 1]
    this.response = flags >= 0x8000
    this.opcode = (flags >> 11) & 15
    this.truncated = (flags & 0x200) !== 0
    this.rcode = flags & 15
    this.questionCount = (bytes[start + 4] << 8) | bytes[start + 5]
    this.answerCount = (bytes[start + 6] << 8) | bytes[start + 7]
    this.authorityCount = (bytes[start + 8] << 8) | bytes[start + 9]
    this.additionalCount = (bytes[start + 10] << 8) | bytes[start + 11]
    return this.opcode <= 6 && this.opcode !== 3
  }

  get rcodeText(): string {
    return RCODES[this.rcode] ?? `RCODE${this.rcode}`
  }

  /** The questions; call first. */
  questions(): DnsQuestion[] {
    const questions: DnsQuestion[] = []
    for (let index = 0; index < this.questionCount && !this.broken; index++) {
      const kept = index < QUESTIONS
      const name = kept ? this.name() : ''
      if (!kept) this.skipName()
      if (this.broken || this.end - this.at < 4) {
        this.broken = true
        break
      }
      const type = (this.bytes[this.at] << 8) | this.bytes[this.at + 1]
      this.at += 4
      if (kept) questions.push({ name, type: typeText(type) })
      else this.more++
    }
    return questions
  }

  /**
   * The next `count` records, behind those that were read already: add them to `kept`, or skip
   * them.
   */
  records(count: number, kept?: DnsAnswer[]): readonly DnsAnswer[] {
    for (let index = 0; index < count && !this.broken; index++) {
      if (kept && kept.length < ANSWERS) {
        const answer = this.record()
        if (answer) kept.push(answer)
      } else {
        if (kept) this.more++
        this.skipRecord()
      }
    }
    return kept ?? NO_ANSWERS
  }

  skipRecord(): void {
    this.skipName()
    const bytes = this.bytes
    const at = this.at
    if (this.broken || this.end - at < 10) {
      this.broken = true
      return
    }
    this.at = at + 10 + ((bytes[at + 8] << 8) | bytes[at + 9])
    if (this.at > this.end) this.broken = true
  }

  /**
   * Whether all of it is one ordinary question, an Internet or Chaos one, and whole records up to
   * the last byte: hardly anything else looks like that. Builds no text.
   */
  fits(): boolean {
    const bytes = this.bytes
    if (this.questionCount !== 1 || (bytes[this.start + 3] & 0x40) !== 0) return false
    if (!this.response && (this.answerCount > 0 || this.rcode !== 0)) return false
    if (this.answerCount > 512 || this.authorityCount > 64 || this.additionalCount > 64)
      return false
    this.skipName()
    if (this.broken || this.end - this.at < 4) return false
    const type = (bytes[this.at] << 8) | bytes[this.at + 1]
    const group = (bytes[this.at + 2] << 8) | bytes[this.at + 3]
    if (type === 0 || type > 257 || (group !== 1 && group !== 3)) return false
    this.at += 4
    this.records(this.answerCount + this.authorityCount + this.additionalCount)
    return !this.broken && this.at === this.end
  }

  /** One record; undefined when it is broken, or of a kind that says nothing (OPT, NSEC). */
  private record(): DnsAnswer | undefined {
    const owner = this.at
    const name = this.name()
    const bytes = this.bytes
    const at = this.at
    if (this.broken || this.end - at < 10) {
      this.broken = true
      return undefined
    }
    const type = (bytes[at] << 8) | bytes[at + 1]
    const ttl = bytes.readUInt32BE(at + 4)
    const from = at + 10
    const stop = from + ((bytes[at + 8] << 8) | bytes[at + 9])
    if (stop > this.end) {
      this.broken = true
      return undefined
    }
    const port = type === SRV && stop - from >= 7 ? bytes.readUInt16BE(from + 4) : undefined
    const data = this.data(type, from, stop)
    this.at = stop
    if (this.instances && name.includes('._')) this.instance(type === SRV ? owner : from, type)
    if (type === OPT || type === NSEC) return undefined
    if (port !== undefined) return { name, type: 'SRV', ttl, data, port }
    return { name, type: typeText(type), ttl, data }
  }

  private data(type: number, from: number, stop: number): string | readonly string[] {
    const bytes = this.bytes
    switch (type) {
      case A:
        return stop - from === 4 ? v4Text(bytes.readUInt32BE(from)) : ''
      case AAAA:
        return stop - from === 16 ? v6TextAt(bytes, from) : ''
      case CNAME:
      case PTR:
      case NS:
      case DNAME:
        return this.nameAt(from, stop)
      case MX:
      case SVCB:
      case HTTPS:
        return this.nameAt(from + 2, stop)
      case SRV:
        return this.nameAt(from + 6, stop)
      case TXT:
        return this.strings(from, stop)
      default:
        return ''
    }
  }

  /**
   * Keeps the first label of an SRV record's owner, or of what a service's PTR record points to.
   */
  private instance(at: number, type: number): void {
    const bytes = this.bytes
    if (type !== SRV && type !== PTR) return
    let label = at
    for (let jumps = 0; label < this.end && bytes[label] >= 0xc0; jumps++) {
      if (jumps > 8) return
      label = this.start + (((bytes[label] & 0x3f) << 8) | bytes[label + 1])
    }
    const length = bytes[label]
    // A label with an underscore is a service type: the browser's list of types.
    if (length === 0 || length > 63 || label + length >= this.end) return
    if (bytes[label + 1] === 0x5f) return
    const text = clip(bytes.toString('utf8', label + 1, label + 1 + length))
    const instances = this.instances
    if (instances && instances.length < ANSWERS && !instances.includes(text)) instances.push(text)
  }

  private nameAt(from: number, stop: number): string {
    if (from >= stop) return ''
    this.at = from
    const name = this.name()
    return this.at > stop ? '' : name
  }

  private strings(from: number, stop: number): string[] {
    const strings: string[] = []
    let at = from
    while (at < stop && strings.length < STRINGS) {
      const next = at + 1 + this.bytes[at]
      if (next > stop) break
      if (next > at + 1) strings.push(clip(this.bytes.toString('utf8', at + 1, next)))
      at = next
    }
    return strings
  }
}
