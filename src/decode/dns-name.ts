// Names in DNS messages (RFC 1035 3.1, 4.1.4): built in one pass, compression bounded.

/** Characters of a name that are kept, before a last escape of up to four. */
const NAME_LENGTH = 253
/** Bytes of a name's labels (RFC 1035 2.3.4). */
const NAME_BYTES = 255
/** Pointers one name may go through; real ones need one or two. */
const JUMPS = 32
/** What each byte of a label becomes: lower case, or 0 where it must be written as an escape. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte < 0x20 || byte > 0x7e || byte === 0x2e || byte === 0x5c) return 0
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte
})

/** The last names read, by hash: the same few are asked for all day; equal ones are one string. */
const RECENT_SIZE = 4096
const recent: string[] = new Array<string>(RECENT_SIZE).fill('')
const built = Buffer.alloc(NAME_LENGTH + 4)

/** Reads names from [start, end) of a message; `DnsReader` adds the rest of the message. */
export class DnsNameReader {
  bytes: Buffer = built
  /** Where the message starts: compression pointers count from here. */
  start = 0
  end = 0
  /** Where reading goes on. */
  at = 0
  /** Something did not fit; what was read before is still good. */
  broken = false
  /** A compression pointer did not point backwards: an attack or noise. */
  loop = false

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
    let jumps = 0
    while (at < end && budget > 0) {
      const length = bytes[at]
      if (length === 0) {
        if (jumps === 0) this.at = at + 1
        return written
      }
      if (length >= 0xc0) {
        if (at + 1 >= end) break
        if (jumps === 0) this.at = at + 2
        const target = this.start + (((length & 0x3f) << 8) | bytes[at + 1])
        if (target >= floor || target < this.start + 12 || ++jumps > JUMPS) {
          this.loop = true
          break
        }
        floor = at = target
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
