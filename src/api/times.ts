// Times between the store (microseconds) and the API (ISO 8601 with microseconds).
import { isoTime, type Microseconds } from '../core/clock.ts'

export { isoTime }

/** Microseconds of a text that the contract's Time has let through. */
export function microsecondsOf(text: string): Microseconds {
  const [, whole, fraction = ''] = /^(.{19})(?:\.(\d+))?Z$/.exec(text)!
  return Date.parse(`${whole}Z`) * 1000 + Number(fraction.padEnd(6, '0'))
}

/** The same for a text that may be absent. */
export const maybeMicroseconds = (text: string | undefined): Microseconds | undefined =>
  text === undefined ? undefined : microsecondsOf(text)
