// A writer of DER (X.690), as much of it as certificates need. Values in, bytes out; lengths are
// always definite and shortest.
import { Buffer } from 'node:buffer'

const tagged = (tag: number, content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content])

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return Buffer.from([0x80 | bytes.length, ...bytes])
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer =>
  tagged(0x30, Buffer.concat(parts))

export const set = (...parts: readonly Uint8Array[]): Buffer => tagged(0x31, Buffer.concat(parts))

/** A number ≥ 0 as big-endian bytes. */
export function unsigned(bytes: Uint8Array): Buffer {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const shortest = bytes.subarray(start)
  const isNegative = (shortest[0] & 0x80) !== 0
  return tagged(0x02, isNegative ? Buffer.concat([Buffer.from([0]), shortest]) : shortest)
}

export const TRUE = tagged(0x01, Buffer.from([0xff]))

export const octets = (content: Uint8Array): Buffer => tagged(0x04, content)

/** `unused` bits at the end are zero. */
export const bits = (content: Uint8Array, unused = 0): Buffer =>
  tagged(0x03, Buffer.concat([Buffer.from([unused]), content]))

export const utf8 = (text: string): Buffer => tagged(0x0c, Buffer.from(text))

/** `2.5.29.17`. */
export function oid(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const groups = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return tagged(0x06, Buffer.from(bytes))
}

/** UTCTime before 2050, GeneralizedTime from then on (RFC 5280 4.1.2.5); whole seconds. */
export function time(milliseconds: number): Buffer {
  const text = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d{3}/g, '')
  return Number(text.slice(0, 4)) < 2050
    ? tagged(0x17, Buffer.from(text.slice(2)))
    : tagged(0x18, Buffer.from(text))
}

/** [number] EXPLICIT, or IMPLICIT over a constructed value. */
export const inContext = (number: number, ...parts: readonly Uint8Array[]): Buffer =>
  tagged(0xa0 | number, Buffer.concat(parts))

/** [number] IMPLICIT over plain bytes. */
export const plainInContext = (number: number, content: Uint8Array): Buffer =>
  tagged(0x80 | number, content)
