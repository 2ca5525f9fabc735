// Points for a picture: gaps filled with nothing, values per second, a scale with round numbers.
import type { TrafficAnswer } from '../../../../api/contract/index.ts'

export const MEASURES = ['bytes', 'packets', 'flows'] as const
export type Measure = (typeof MEASURES)[number]

export const measureOf = (text: string | undefined): Measure =>
  MEASURES.find((one) => one === text) ?? 'bytes'

export interface Series {
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
  readonly stepMs: number
  /** Per second, one value a step. */
  readonly values: readonly number[]
  /** Round, at or above the largest value. */
  readonly top: number
}

/** More than the picture has pixels helps nobody, and a stray time must not fill the memory. */
const VALUES_MAX = 4000

export function series({ step, points }: TrafficAnswer, measure: Measure): Series {
  const stepMs = step * 1000
  const times = points.map((point) => Date.parse(point.time))
  const from = Math.min(...times)
  const length = Math.min(VALUES_MAX, Math.round((Math.max(...times) - from) / stepMs) + 1)
  const values = Array.from({ length }, () => 0)
  points.forEach((point, at) => {
    const place = Math.round((times[at] - from) / stepMs)
    if (place < length) values[place] += point[measure] / step
  })
  return { from, to: from + length * stepMs, stepMs, values, top: roundTop(Math.max(...values)) }
}

/** 1, 2, 2.5 or 5 times a power of ten. */
export function roundTop(value: number): number {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const factor = [1, 2, 2.5, 5, 10].find((one) => one * power >= value) ?? 10
  return factor * power
}

const STEPS_MS = [
  1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
  3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000, 172_800_000, 604_800_000,
  2_592_000_000,
]

/** Round times for the axis, at most `most`. */
export function ticks(from: number, to: number, most: number): number[] {
  const step = STEPS_MS.find((one) => (to - from) / one <= most) ?? (to - from) / most
  // Whole hours and days of the reader's zone, not of UTC.
  const shift = new Date(from).getTimezoneOffset() * 60_000
  const found: number[] = []
  for (let at = Math.ceil((from - shift) / step) * step + shift; at < to; at += step) found.push(at)
  return found
}
