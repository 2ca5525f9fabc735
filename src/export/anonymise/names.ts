// Names of an anonymised capture: each label becomes another of the same length, the same one
// everywhere, so that offsets stay right and it can still be seen who asks for the same.
import { createHmac } from 'node:crypto'
import { Remembered, subkey } from './keyed.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567'
const FILL = 0x78
const DOT = 0x2e
const ZERO = 0x30

/** Labels that say what kind of name it is, not whose. */
const KEPT = new Set(['local', 'arpa', 'in-addr', 'ip6', 'localhost'])

export class NameMap {
  private readonly labels: Remembered<string, string>

  constructor(key: Uint8Array) {
    const secret = subkey(key, 'names', 32)
    this.labels = new Remembered((label) => {
      let text = ''
      for (let turn = 0; text.length < label.length; turn++) {
        const digest = createHmac('sha256', secret).update(`${turn} ${label}`).digest()
        for (const byte of digest) text += LETTERS[byte & 31]
      }
      // Names begin with a letter.
      return LETTERS[text.charCodeAt(0) % 26] + text.slice(1, label.length)
    })
  }

  /** A label of bytes [at, at + length), in place. Service names (`_http`) and `local` stay. */
  label(bytes: Buffer, at: number, length: number): void {
    if (length === 0) return
    const label = bytes.toString('latin1', at, at + length).toLowerCase()
    if (KEPT.has(label) || /^_[a-z0-9-]+$/.test(label)) return
    bytes.write(this.labels.get(label), at, length, 'latin1')
  }

  /**
   * A host name with dots, in place; an address in its stead loses its digits, a port behind it
   * stays.
   */
  host(bytes: Buffer, at: number, length: number): void {
    const text = bytes.toString('latin1', at, at + length)
    const port = /:\d{1,5}$/.exec(text)
    const end = at + length - (port && !text.startsWith('[') ? port[0].length : 0)
    if (/^[\d.]+$|[:[\]]/.test(bytes.toString('latin1', at, end))) {
      for (let index = at; index < end; index++) if (bytes[index] !== DOT) bytes[index] = ZERO
      return
    }
    let start = at
    for (let index = at; index <= end; index++) {
      if (index < end && bytes[index] !== DOT) continue
      for (let from = start; from < index; from += 63) {
        this.label(bytes, from, Math.min(63, index - from))
      }
      start = index + 1
    }
  }

  /** Any text that could name somebody: one label, however long. */
  text(bytes: Buffer, at: number, length: number): void {
    for (let from = at; from < at + length; from += 63) {
      const size = Math.min(63, at + length - from)
      const label = bytes.toString('latin1', from, from + size).toLowerCase()
      bytes.write(this.labels.get(label), from, size, 'latin1')
    }
  }
}

/** Overwrites text that is not kept, but for what gives it its shape. */
export function blank(bytes: Buffer, from: number, to: number, kept = ''): void {
  for (let at = from; at < to; at++) {
    if (!kept.includes(String.fromCharCode(bytes[at]))) bytes[at] = FILL
  }
}
