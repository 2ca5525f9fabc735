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
/** A time of that form in the last minute that was seen. */
let lastText = ''

/** Whether a time lies in the same minute of the same zone as the last: most do. */
function sameMinute(text: string): boolean {
  if (lastText === '') return false
  for (let at = 0; at < 17; at++) if (text.charCodeAt(at) !== lastText.charCodeAt(at)) return false
  for (let at = 26; at < SURICATA; at++) {
    if (text.charCodeAt(at) !== lastText.charCodeAt(at)) return false
  }
  return true
}

/** The number that [from, to) holds; -1 when it holds something else. */
function digits(text: string, from: number, to: number): number {
  let value = 0
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - ZERO
    if (digit < 0 || digit > 9) return -1
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
  if (text.length === SURICATA && text.charCodeAt(19) === DOT && sameMinute(text)) {
    const seconds = digits(text, 17, 19)
    const fraction = digits(text, 20, 26)
    if (seconds >= 0 && fraction >= 0) return bounded(lastMinute + seconds * 1_000_000 + fraction)
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
    lastText = text.length === SURICATA ? text : ''
  }
  const fraction = parts[7] ? Number(parts[7].padEnd(6, '0').slice(0, 6)) : 0
  return bounded(lastMinute + Number(parts[6]) * 1_000_000 + fraction)
}

/** A duration in seconds as text → microseconds; 0 when it is none. */
export function durationTime(text: string): Microseconds {
  const time = epochTime(text)
  return Number.isNaN(time) ? 0 : time
}
