// A bounded reader of ASN.1 DER and definite-length BER (X.690), as certificates and SNMP use it.
// It never throws: whatever does not fit ends the walk and sets `broken`.

/** Universal tags as identifier octets; constructed ones include bit 0x20. */
export const ASN1 = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  nothing: 0x05,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const

/** Walks the elements of [offset, end) of bytes it does not own. */
export class Der {
  bytes: Buffer
  offset: number
  end: number
  /** True once an element did not fit; nothing more is read then. */
  broken = false
  /** The current element: identifier octet, its first octet, its contents [start, stop). */
  tag = -1
  head = 0
  start = 0
  stop = 0

  constructor(bytes: Buffer, offset: number, end: number) {
    this.bytes = bytes
    this.offset = offset
    this.end = end
  }

  /** Points the reader at other bytes, so that one reader serves many messages. */
  reset(bytes: Buffer, offset: number, end: number): this {
    this.bytes = bytes
    this.offset = offset
    this.end = end
    this.broken = false
    this.tag = -1
    return this
  }

  /**
   * Moves to the next element; false at the end, or when it is broken. Tag numbers above 30 are.
   */
  next(): boolean {
    const { bytes, end } = this
    let at = this.offset
    if (this.broken || at >= end) return this.none(this.broken)
    const tag = bytes[at]
    if ((tag & 31) === 31 || at + 2 > end) return this.none(true)
    let length = bytes[at + 1]
    this.head = at
    at += 2
    if (length > 127) {
      const count = length & 127
      if (count === 0 || count > 4 || at + count > end) return this.none(true)
      length = 0
      for (let index = 0; index < count; index++) length = length * 256 + bytes[at++]
    }
    if (length > end - at) return this.none(true)
    this.tag = tag
    this.start = at
    this.stop = this.offset = at + length
    return true
  }

  private none(broken: boolean): boolean {
    this.broken = broken
    this.tag = -1
    this.start = this.stop = this.head = this.offset
    return false
  }

  /**
   * Moves to the next element and says whether it has this identifier octet; any other breaks the
   * walk.
   */
  expect(tag: number): boolean {
    if (this.next() && this.tag === tag) return true
    this.broken = true
    return false
  }

  /** A reader of its own over the current element's contents. */
  inside(): Der {
    return new Der(this.bytes, this.start, this.stop)
  }

  /** Goes on inside the current element, forgetting what follows it. */
  enter(): void {
    this.offset = this.start
    this.end = this.stop
  }

  get length(): number {
    return this.stop - this.start
  }

  /** The contents as a signed integer, exact up to six octets; 0 for longer ones. */
  integer(): number {
    const length = this.stop - this.start
    return length >= 1 && length <= 6 ? this.bytes.readIntBE(this.start, length) : 0
  }

  /**
   * The contents as an unsigned integer (counters, time ticks); 0 above six octets without leading
   * zeros.
   */
  unsigned(): number {
    let at = this.start
    while (at < this.stop - 1 && this.bytes[at] === 0) at++
    const length = this.stop - at
    return length >= 1 && length <= 6 ? this.bytes.readUIntBE(at, length) : 0
  }

  hex(limit = 64): string {
    return this.bytes.toString('hex', this.start, Math.min(this.stop, this.start + limit))
  }

  /** An OBJECT IDENTIFIER in dots, at most `limit` arcs; '' when it is none. */
  oid(limit = 64): string {
    const { bytes, start, stop } = this
    if (stop <= start || bytes[stop - 1] > 127) return ''
    let text = ''
    let arc = 0
    let arcs = 0
    for (let at = start; at < stop; at++) {
      arc = arc * 128 + (bytes[at] & 127)
      if (arc > Number.MAX_SAFE_INTEGER) return ''
      if (bytes[at] > 127) continue
      if (arcs === 0) {
        const first = arc < 80 ? Math.floor(arc / 40) : 2
        text = `${first}.${arc - first * 40}`
      } else text += `.${arc}`
      arc = 0
      if (++arcs >= limit) break
    }
    return text
  }

  /** A string of any of ASN.1's string types, at most `limit` octets of it. */
  text(limit = 512): string {
    const stop = Math.min(this.stop, this.start + limit)
    const tag = this.tag
    if (tag === ASN1.utf8) return this.bytes.toString('utf8', this.start, stop)
    if (tag !== ASN1.bmpString && tag !== ASN1.universalString) {
      return this.bytes.toString('latin1', this.start, stop)
    }
    const width = tag === ASN1.bmpString ? 2 : 4
    let text = ''
    for (let at = this.start; at + width <= stop; at += width) {
      text += String.fromCharCode(this.bytes.readUInt16BE(at + width - 2))
    }
    return text
  }

  /**
   * UTCTime or GeneralizedTime as `2026-11-22T01:02:03Z` (RFC 5280 4.1.2.5); '' when it is neither.
   */
  time(): string {
    const text = this.text(32)
    const parts = /^(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:\.\d+)?(Z|[+-]\d{4})?$/.exec(
      this.tag === ASN1.utcTime ? (text[0] < '5' ? '20' : '19') + text : text,
    )
    if (!parts || (this.tag !== ASN1.utcTime && this.tag !== ASN1.generalizedTime)) return ''
    const [, century = '20', year, month, day, hour, minute, second = '00', zone = 'Z'] = parts
    const local = `${century}${year}-${month}-${day}T${hour}:${minute}:${second}`
    const ticks = Date.parse(local + (zone === 'Z' ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`))
    return Number.isNaN(ticks) ? '' : new Date(ticks).toISOString().replace('.000Z', 'Z')
  }
}
