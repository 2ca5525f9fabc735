// How much was read, in words: frames of captures, records of logs. '0 frames' would be true of
// logs, and misleading.
import type { Reported } from './document.ts'
import { countText } from './held.ts'

/** `12,345 frames`, `1,200 records`, `12,345 frames and 1,200 records`. */
export function amountRead({ frames, sources }: Pick<Reported, 'frames' | 'sources'>): string {
  const records = sources.reduce(
    (sum, source) => sum + (source.lines === undefined ? 0 : source.records),
    0,
  )
  const frameText = countText(frames, 'frame')
  if (records === 0 && (frames > 0 || sources.every(({ lines }) => lines === undefined)))
    return frameText
  const recordText = countText(records, 'record')
  return frames === 0 ? recordText : `${frameText} and ${recordText}`
}

/** `frame 12 of a.pcap`, `lines 3, 9 of eve.json`. */
export function placesText(
  places: readonly { readonly source: string; readonly frame: number; readonly unit?: 'line' }[],
): string {
  const bySource = Map.groupBy(places, ({ source }) => source)
  return [...bySource]
    .map(([source, list]) => {
      const unit = list[0].unit ?? 'frame'
      const numbers = list.map(({ frame }) => frame).join(', ')
      return `${list.length === 1 ? unit : `${unit}s`} ${numbers} of ${source}`
    })
    .join('; ')
}
