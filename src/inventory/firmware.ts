// When a device's firmware changed while it was watched: the same source on the same port said one
// version up to some time, and another one, otherwise in the same words, from then on.
import { SECOND } from '../core/clock.ts'
import type { Entry } from './notes.ts'
import type { FirmwareChange } from './device.ts'

/** No device is back with new firmware sooner; parts of a device are told of in one go. */
const RESTART = 30 * SECOND
/** Changes kept of one device. */
const CHANGES_MAX = 16

/** In the order of time; none where two versions were said side by side. */
export function firmwareChangesOf(entries: readonly Entry[]): readonly FirmwareChange[] {
  const bySource = new Map<string, Entry[]>()
  for (const entry of entries) {
    if (firmwareIn(entry) === '') continue
    const key = `${entry.endpoint} ${entry.source} ${shapeOf(entry.text)}`
    const list = bySource.get(key)
    if (list) list.push(entry)
    else bySource.set(key, [entry])
  }
  const changes: FirmwareChange[] = []
  for (const list of bySource.values()) {
    const told = list.toSorted((one, other) => one.first - other.first)
    for (let at = 1; at < told.length; at++) changesBetween(told[at - 1], told[at], changes)
  }
  return changes.sort((one, other) => one.time - other.time).slice(0, CHANGES_MAX)
}

function changesBetween(older: Entry, newer: Entry, changes: FirmwareChange[]): void {
  const [before, after] = [firmwareIn(older), firmwareIn(newer)]
  if (before === after || newer.first - older.last < RESTART) return
  if (restOf(older) !== restOf(newer)) return
  // Several sources, or addresses of one device, tell of the same change.
  if (changes.some((change) => change.before === before && change.after === after)) return
  const { source, first: time, frame } = newer
  changes.push({ before, after, source: source.replace(/@.*/, ''), time, frame })
}

const firmwareIn = ({ conclusions }: Entry): string =>
  conclusions.find(({ attribute }) => attribute === 'firmware')?.value ?? ''

/** What else was concluded: another model is another part of the device. */
const restOf = ({ conclusions }: Entry): string =>
  conclusions
    .filter(({ attribute }) => attribute !== 'firmware')
    .map(({ attribute, value }) => `${attribute} ${value}`)
    .join('\n')

/** The words around the versions: another program on the same port is no change of firmware. */
const shapeOf = (text: string): string => text.replace(/\d[\w.-]*/g, '#')
