// Times of logs to whole microseconds: epoch seconds with a fraction, ISO 8601 with any offset.
// Read from the digits, never through a floating-point sum that would be off by one.
import type { Microseconds } from '../../core/clock.ts'

/** 9999-12-31: what comes later is a broken line. */
const LATEST = 253_402_300_800_000_000

const ZERO = 48
const DOT = 46

/**
 * '1700000000.123456' → microseconds; NaN when it is no such number. Digits past the sixth are cut.
 */
export function epochTime(text: string): Microseconds {
  let seconds = 0
  let fraction = 0
  let digits = -1
  if (text.length === 0) return NaN
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === DOT && digits < 0) digits = 0
    else if (code < ZERO || code > ZERO + 9) return exponent(text)
    else if (digits < 0) seconds = seconds * 10 + code - ZERO
    else if (digits < 6) {
      fraction = fraction * 10 + code - ZERO
      digits++
    }
  }
  for (let missing = Math.max(digits, 0); missing < 6; missing++) fraction *= 10
  return bounded(seconds * 1_000_000 + fraction)
}

/** Rare forms: a sign, an exponent. */
function exponent(text: string): Microseconds {
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? secondsTime(Number(text)) : NaN
}

/**
 * Seconds as a JSON number. Doubles near today's seconds are 0.24 µs apart, so rounding is exact.
 */
export const secondsTime = (seconds: number): Microseconds => bounded(Math.round(seconds * 1e6))

/** Milliseconds as a JSON number. */
export const millisecondsTime = (milliseconds: number): Microseconds =>
  bounded(Math.round(milliseconds * 1000))

const bounded = (time: number): Microseconds => (time >= 0 && time < LATEST ? time : NaN)

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:Z|([+-])(\d\d):?(\d\d))?$/

/** Length of a time as Suricata writes it, `2021-06-06T15:59:46.457984+0200`. */
const SURICATA = 31
/** The last day that was seen, as 20210606, and its beginning in UTC. */
let lastDay = -1
let lastDayStart = 0

/** A time as Suricata writes it; NaN for every other form. */
function suricataTime(text: string): Microseconds {
  const day = digits(text, 0, 4) * 10_000 + digits(text, 5, 7) * 100 + digits(text, 8, 10)
  const hour = digits(text, 11, 13)
  const minute = digits(text, 14, 16)
  const second = digits(text, 17, 19)
  const fraction = digits(text, 20, 26)
  const offset = digits(text, 27, 29) * 60 + digits(text, 29, 31)
  const sign = text.charCodeAt(26) === 43 ? 1 : text.charCodeAt(26) === 45 ? -1 : 0
  // Whatever is no digit makes its sum negative.
  if (day < 0 || hour < 0 || minute < 0 || second < 0 || fraction < 0 || offset < 0) return NaN
  const [dash, point, colon] = [45, 84, 58]
  if (text.charCodeAt(4) !== dash || text.charCodeAt(7) !== dash || sign === 0) return NaN
  if (text.charCodeAt(10) !== point && text.charCodeAt(10) !== 32) return NaN
  if (text.charCodeAt(13) !== colon || text.charCodeAt(16) !== colon) return NaN
  if (text.charCodeAt(19) !== DOT && text.charCodeAt(19) !== 44) return NaN
  if (day !== lastDay) {
    const year = Math.floor(day / 10_000)
    lastDayStart = Date.UTC(year, (Math.floor(day / 100) % 100) - 1, day % 100) * 1000
    lastDay = day
  }
  const minutes = hour * 60 + minute - sign * offset
  return bounded(lastDayStart + (minutes * 60 + second) * 1_000_000 + fraction)
}

/** The number that [from, to) holds; far below zero when it holds something else. */
function digits(text: string, from: number, to: number): number {
  let value = 0
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - ZERO
    if (digit < 0 || digit > 9) return -1_000_000_000
    value = value * 10 + digit
  }
  return value
}

let lastMinuteText = ''
let lastMinute = 0

/**
 * '2021-06-06T15:59:46.457984+0200' → microseconds; NaN when it is no such time. No offset means
 * UTC.
 */
export function isoToTime(text: string): Microseconds {
  if (text.length === SURICATA) {
    const time = suricataTime(text)
    if (!Number.isNaN(time)) return time
  }
  const parts = ISO.exec(text)
  if (!parts) return NaN
  const zone = text.slice(19 + (parts[7] ? parts[7].length + 1 : 0))
  const key = text.slice(0, 17) + zone
  if (key !== lastMinuteText) {
    const [, year, month, day, hour, minute] = parts.map(Number)
    const offset = parts[8]
      ? Number(parts[8] + '1') * (Number(parts[9]) * 60 + Number(parts[10]))
      : 0
    lastMinute = Date.UTC(year, month - 1, day, hour, minute - offset) * 1000
    lastMinuteText = key
  }
  const fraction = parts[7] ? Number(parts[7].padEnd(6, '0').slice(0, 6)) : 0
  return bounded(lastMinute + Number(parts[6]) * 1_000_000 + fraction)
}

/** A duration in seconds as text → microseconds; 0 when it is none. */
export function durationTime(text: string): Microseconds {
  const time = epochTime(text)
  return Number.isNaN(time) ? 0 : time
}
