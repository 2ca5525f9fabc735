// `thingward support`: which device is supported for how long, as lines and as one JSON document.
import { DAY } from '../core/clock.ts'
import type { DeviceSupport, SupportState, SupportTable } from '../inventory/index.ts'
import { safeText, tableLines } from './table.ts'

const SHOWN = 50

/** Counts by state, in the order of urgency. */
export function supportCounts(answers: readonly DeviceSupport[]): {
  [state in SupportState]: number
} {
  const counts = { ended: 0, ending: 0, unsold: 0, supported: 0, unknown: 0 }
  for (const { state } of answers) counts[state]++
  return counts
}

/** A table, worst first; devices of which nothing is known are counted only. */
export function supportLines(
  table: SupportTable,
  answers: readonly DeviceSupport[],
  { width, all }: { readonly width: number; readonly all: boolean },
): string[] {
  const counts = supportCounts(answers)
  const known = answers.filter(({ state }) => state !== 'unknown')
  const shown = known.slice(0, all ? Infinity : SHOWN)
  return [
    `${table.file}: ${table.rows.length} rows`,
    ...table.problems.slice(0, 8).map(({ line, what }) => safeText(`  line ${line}: ${what}`)),
    '',
    ...tableLines(
      shown,
      [
        { title: 'state', of: ({ state }) => state },
        { title: 'until', of: ({ row }) => dayText(row?.endOfSupport) },
        {
          title: 'days',
          of: ({ daysLeft }) => (Number.isNaN(daysLeft) ? '' : `${daysLeft}`),
          right: true,
        },
        { title: 'device', of: ({ device }) => device.id },
        { title: 'name', of: ({ device }) => device.name, most: 32 },
        { title: 'address', of: ({ device }) => device.addresses.at(-1) ?? '' },
        { title: 'manufacturer', of: ({ thing }) => thing.manufacturer, most: 24 },
        { title: 'model', of: ({ thing }) => thing.model, most: 24 },
        { title: 'firmware', of: ({ thing }) => thing.firmware, most: 16 },
        { title: 'row', of: ({ row }) => `${row?.line ?? ''}`, right: true },
      ],
      width,
    ),
    ...(known.length > shown.length ? [`  and ${known.length - shown.length} more (--all)`] : []),
    '',
    `${counts.ended} ended, ${counts.ending} ending, ${counts.unsold} sold no more, ` +
      `${counts.supported} supported, ${counts.unknown} in no row`,
  ]
}

/** A moment's day, '' for none. */
const dayText = (time: number | undefined): string =>
  time === undefined || Number.isNaN(time) ? '' : new Date(time / 1000).toISOString().slice(0, 10)

/** The same for programs; days as YYYY-MM-DD, null where nobody says. */
export function supportDocument(
  table: SupportTable,
  answers: readonly DeviceSupport[],
  { version, now }: { readonly version: string; readonly now: number },
) {
  return {
    schemaVersion: 1,
    thingward: version,
    at: dayText(Math.floor(now / DAY) * DAY),
    table: { file: table.file, rows: table.rows.length, problems: table.problems },
    counts: supportCounts(answers),
    devices: answers.map(({ device, thing, state, daysLeft, row }) => ({
      device: device.id,
      name: device.name,
      macs: device.macs,
      addresses: device.addresses,
      ...thing,
      state,
      daysLeft: Number.isNaN(daysLeft) ? null : daysLeft,
      endOfSale: dayText(row?.endOfSale) || null,
      endOfSupport: dayText(row?.endOfSupport) || null,
      row: row?.line ?? null,
      source: row?.source ?? '',
    })),
  }
}
