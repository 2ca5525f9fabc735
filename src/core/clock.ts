// Time as the whole product keeps it: microseconds since 1970 UTC as a safe integer. Packet time
// decides everywhere; nothing in here reads the wall clock.

/** Microseconds since 1970-01-01T00:00:00Z, a safe integer. */
export type Microseconds = number

export const SECOND = 1_000_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** The largest time that a JavaScript Date can show; later times come from broken captures. */
const LATEST = 8.64e15 * 1000

/**
 * ISO 8601 with microseconds, `2026-11-22T01:02:03.000004Z`; 'invalid time' outside Date's range.
 */
export function isoTime(time: Microseconds): string {
  if (!(Math.abs(time) <= LATEST)) return 'invalid time'
  const milliseconds = Math.floor(time / 1000)
  const rest = String(time - milliseconds * 1000).padStart(3, '0')
  return new Date(milliseconds).toISOString().replace('Z', rest + 'Z')
}

/** A time span in the two largest units that fit: `3 d 4 h`, `12 min 5 s`, `0.25 s`. */
export function spanText(span: Microseconds): string {
  if (span >= DAY) return two(span, DAY, 'd', HOUR, 'h')
  if (span >= HOUR) return two(span, HOUR, 'h', MINUTE, 'min')
  if (span >= MINUTE) return two(span, MINUTE, 'min', SECOND, 's')
  return `${Number((span / SECOND).toPrecision(3))} s`
}

const two = (span: number, big: number, bigName: string, small: number, smallName: string) => {
  const rest = Math.floor((span % big) / small)
  return `${Math.floor(span / big)} ${bigName}` + (rest > 0 ? ` ${rest} ${smallName}` : '')
}
