// The message format that DNS, mDNS and LLMNR share (RFC 1035 4): names with bounded compression, questions,
// the resource records that say something about devices. Written for speed: a name is built in one pass.
import { v4Text, v6Text } from '../core/addresses.ts'
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
/** Characters of a name that are kept, before a last escape of up to four. */
const NAME_LENGTH = 253
/** Bytes of a name on the wire, a pointer counting as two (RFC 1035 2.3.4). */
const NAME_BYTES = 255
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

/** What each byte of a label becomes: lower case, or 0 where it must be written as an escape. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte < 0x20 || byte > 0x7e || byte === 0x2e || byte === 0x5c) return 0
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte
})

/** The last names read, by hash: the same few are asked for all day, and equal strings are then one. */
const RECENT_SIZE = 4096
const recent: string[] = new Array<string>(RECENT_SIZE).fill('')
const built = Buffer.alloc(NAME_LENGTH + 4)

/** Reads one message; make it once, `open` it for every message. */
export class DnsReader {
  bytes: Buffer = built
  start = 0
  end = 0
  /** Where reading goes on. */
  at = 0
  /** Something did not fit; what was read before is still good. */
  broken = false
  /** A compression pointer did not point backwards: an attack or noise. */
  loop = false

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
  /** When set to a list: first labels of service instances (RFC 6763 4.1), in the case people chose. */
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

  /** The name at `at`, lower-cased, without trailing dot ('.' is the root); moves behind it. */
  name(): string {
    const length = this.build(this.at)
    return length === 0 ? '.' : this.remember(length)
  }

  /** Writes the name at `from` into `built`; its length there. Moves `at` behind the name. */
  private build(from: number): number {
    const bytes = this.bytes
    const end = this.end
    let at = from
    let written = 0
    // A pointer must point before everything this name has used so far, so a name always ends.
    let floor = from
    let budget = NAME_BYTES
    let jumped = false
    while (at < end && budget > 0) {
      const length = bytes[at]
      if (length === 0) {
        if (!jumped) this.at = at + 1
        return written
      }
      if (length >= 0xc0) {
        if (at + 1 >= end) break
        if (!jumped) this.at = at + 2
        jumped = true
        const target = this.start + (((length & 0x3f) << 8) | bytes[at + 1])
        if (target >= floor || target < this.start + 12) {
          this.loop = true
          break
        }
        floor = at = target
        budget -= 2
        continue
      }
      budget -= length + 1
      if (length > 63 || at + length >= end || budget < 0) break
      if (written > 0 && written < NAME_LENGTH) built[written++] = 0x2e
      for (let index = at + 1; index <= at + length; index++) {
        const plain = PLAIN[bytes[index]]
        if (written >= NAME_LENGTH) break
        if (plain !== 0) built[written++] = plain
        else written = escape(bytes[index], written)
      }
      at += length + 1
    }
    this.broken = true
    return written
  }

  private remember(length: number): string {
    let hash = length
    for (let index = 0; index < length; index++) hash = (Math.imul(hash, 31) + built[index]) | 0
    const slot = (hash ^ (hash >>> 15)) & (RECENT_SIZE - 1)
    const known = recent[slot]
    if (known.length === length) {
      let index = 0
      while (index < length && known.charCodeAt(index) === built[index]) index++
      if (index === length) return known
    }
    const fresh = built.toString('latin1', 0, length)
    recent[slot] = fresh
    return fresh
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

  /** The next `count` records, behind those that were read already: add them to `kept`, or skip them. */
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

  /** Steps over a name without building it. */
  skipName(): void {
    while (this.at < this.end) {
      const length = this.bytes[this.at]
      if (length === 0 || length >= 0xc0) {
        this.at += length === 0 ? 1 : 2
        if (this.at > this.end) break
        return
      }
      if (length > 63) break
      this.at += length + 1
    }
    this.broken = true
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
   * Whether all of it is one ordinary question, an Internet or Chaos one, and whole records up to the
   * last byte: hardly anything else looks like that. Builds no text.
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
        return stop - from === 16 ? v6At(bytes, from) : ''
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

  /** Keeps the first label of an SRV record's owner, or of the name that a service's PTR record points to. */
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

/** `\.` and `\\`, or `\ddd` for what is not printable ASCII (RFC 1035 5.1). */
function escape(byte: number, written: number): number {
  built[written] = 0x5c
  if (byte === 0x2e || byte === 0x5c) {
    built[written + 1] = byte
    return written + 2
  }
  built[written + 1] = 0x30 + Math.floor(byte / 100)
  built[written + 2] = 0x30 + (Math.floor(byte / 10) % 10)
  built[written + 3] = 0x30 + (byte % 10)
  return written + 4
}

function v6At(bytes: Buffer, at: number): string {
  const groups = [0, 0, 0, 0, 0, 0, 0, 0]
  for (let index = 0; index < 8; index++) groups[index] = bytes.readUInt16BE(at + 2 * index)
  return v6Text(groups)
}
