// `thingward import`: observed against documented, and what the register would gain, as lines for
// people, as one JSON document, and as a table for spreadsheets.
import {
  csvLine,
  type Comparison,
  type DocumentedDevice,
  type DocumentedList,
  type MatchedDevice,
  type ObservedDevice,
  type RegisterChanges,
} from '../inventory/index.ts'
import { isoTime } from '../core/clock.ts'
import { countText } from './held.ts'
import { safeText, tableLines } from './table.ts'

/** What an import came to; parts are absent where nothing was asked. */
export interface ImportReport {
  readonly lists: readonly DocumentedList[]
  /** Present where something observed was given. */
  readonly comparison?: Comparison
  readonly changes: RegisterChanges
  /** File of the register. */
  readonly register: string
  /** Whether the changes were written. */
  readonly applied: boolean
}

const SHOWN = 20

/** Lines of the preview, `width` columns wide; `all`: every row instead of the first 20. */
export function importLines(
  report: ImportReport,
  { width, all }: { readonly width: number; readonly all: boolean },
): string[] {
  const most = all ? Infinity : SHOWN
  return [
    ...report.lists.flatMap(listLines),
    ...(report.comparison ? comparisonLines(report.comparison, { width, most }) : []),
    '',
    ...changeLines(report, most),
  ]
}

function listLines(list: DocumentedList): string[] {
  const { file, format, devices, mapping, unread, dropped, problems } = list
  return [
    `${file}: ${countText(devices.length, 'documented device')} (${format}: ${mapping.join(', ')})`,
    ...(unread.length > 0 ? [`  not read: ${unread.slice(0, 12).join(', ')}`] : []),
    ...(dropped > 0 ? [`  ${dropped} records beyond the limit were left out`] : []),
    ...problems.slice(0, 8).map(({ line, what }) => `  ${line > 0 ? `line ${line}: ` : ''}${what}`),
    ...(problems.length > 8 ? [`  and ${problems.length - 8} more oddities`] : []),
  ].map(safeText)
}

interface Space {
  readonly width: number
  readonly most: number
}

function comparisonLines(comparison: Comparison, { width, most }: Space): string[] {
  const { matched, documentedOnly, observedOnly, doubts } = comparison
  const differing = matched.filter(({ differs }) => differs)
  const rows = differing.flatMap((device) => differencesOf(device))
  return [
    '',
    `Both, and differing (${differing.length} of ${matched.length} that are both)`,
    ...tableLines(
      rows.slice(0, most),
      [
        { title: 'device', of: ({ device }) => nameOf(device.documented), most: 32 },
        { title: 'seen as', of: ({ device }) => `${device.observed.id} by ${device.by}` },
        { title: 'field', of: ({ field }) => field.field },
        { title: 'documented', of: ({ field }) => field.documented },
        { title: 'observed', of: ({ field }) => observedText(field) },
      ],
      width,
    ),
    ...more(rows.length, most),
    '',
    `Only documented (${documentedOnly.length})`,
    ...tableLines(documentedOnly.slice(0, most), DOCUMENTED_COLUMNS, width),
    ...more(documentedOnly.length, most),
    '',
    `Only observed (${observedOnly.length})`,
    ...tableLines(observedOnly.slice(0, most), OBSERVED_COLUMNS, width),
    ...more(observedOnly.length, most),
    ...(doubts.length > 0 ? ['', `In doubt (${doubts.length})`] : []),
    ...doubts
      .slice(0, most)
      .map(({ documented, because }) => safeText(`  ${nameOf(documented)}: ${because}`)),
  ]
}

const more = (count: number, most: number): string[] =>
  count > most ? [`  and ${count - most} more (--all)`] : []

const differencesOf = (device: MatchedDevice) =>
  device.fields.filter(({ outcome }) => outcome === 'differs').map((field) => ({ device, field }))

const observedText = ({ observed, confidence }: MatchedDevice['fields'][number]): string =>
  confidence < 1 ? `${observed} (${Math.round(confidence * 100)} %)` : observed

const nameOf = (device: DocumentedDevice): string =>
  device.name || device.macs[0] || device.addresses[0] || device.key

const whereOf = ({ place }: DocumentedDevice): string => `${place.file}:${place.line}`

const DOCUMENTED_COLUMNS = [
  { title: 'device', of: nameOf, most: 32 },
  { title: 'mac', of: ({ macs }: DocumentedDevice) => macs.join(' ') },
  { title: 'address', of: ({ addresses }: DocumentedDevice) => addresses.join(' ') },
  { title: 'site', of: ({ site }: DocumentedDevice) => site },
  { title: 'owner', of: ({ owner }: DocumentedDevice) => owner },
  { title: 'status', of: ({ status }: DocumentedDevice) => status },
  { title: 'stands in', of: whereOf },
]

const OBSERVED_COLUMNS = [
  { title: 'device', of: ({ id }: ObservedDevice) => id },
  { title: 'name', of: ({ name }: ObservedDevice) => name, most: 32 },
  { title: 'kind', of: ({ kind }: ObservedDevice) => kind },
  { title: 'mac', of: ({ macs }: ObservedDevice) => macs.join(' ') },
  { title: 'address', of: ({ addresses }: ObservedDevice) => addresses.at(-1) ?? '' },
  {
    title: 'manufacturer',
    of: ({ attributes }: ObservedDevice) => attributes.manufacturer?.value ?? '',
  },
]

function changeLines({ changes, register, applied }: ImportReport, most: number): string[] {
  const { added, changed, missing, same, repeated } = changes
  const without = [...added, ...changed.map(({ after }) => after)].filter(({ owner }) => !owner)
  const counts = `${added.length} added, ${changed.length} changed, ${same} the same`
  return [
    `Register ${register}: ${counts}, ${missing.length} no longer listed`,
    ...changed.slice(0, most).map(({ after, fields }) => {
      const texts = fields.map(({ field, before, after: now }) => `${field} '${before}' → '${now}'`)
      return safeText(`  ${nameOf(after)}: ${texts.join(', ')}`)
    }),
    ...repeated
      .slice(0, most)
      .map((device) => safeText(`  ${nameOf(device)} (${whereOf(device)}): listed twice`)),
    ...(without.length > 0 ? [`  ${countText(without.length, 'device')} without an owner`] : []),
    applied ? 'Written.' : 'Nothing was written (--apply writes the register).',
  ]
}

const OBSERVED_FIELDS = ['id', 'name', 'kind', 'macs', 'addresses'] as const

const observedDocument = (device: ObservedDevice) => ({
  ...Object.fromEntries(OBSERVED_FIELDS.map((field) => [field, device[field]])),
  lastSeen: device.lastSeen > 0 ? isoTime(device.lastSeen) : null,
  attributes: Object.fromEntries(
    Object.entries(device.attributes).map(([name, attribute]) => [
      name,
      { value: attribute.value, confidence: attribute.confidence },
    ]),
  ),
})

/** The same as one JSON document. */
export function importDocument(report: ImportReport, version: string) {
  const { lists, comparison, changes, register, applied } = report
  return {
    schemaVersion: 1,
    thingward: version,
    lists: lists.map(({ devices, ...rest }) => ({ ...rest, count: devices.length })),
    ...(comparison && {
      matched: comparison.matched.map(({ documented, observed, by, differs, fields }) => ({
        documented,
        observed: observedDocument(observed),
        by,
        differs,
        fields,
      })),
      documentedOnly: comparison.documentedOnly,
      observedOnly: comparison.observedOnly.map(observedDocument),
      doubts: comparison.doubts,
    }),
    register: { file: register, applied, ...changes },
  }
}

/**
 * The same as a table, one line a field that differs, one a device that stands on one side only.
 */
export function importTable({ comparison }: ImportReport): string {
  const head = [
    'state',
    'documented',
    'observed',
    'by',
    'field',
    'documented value',
    'observed value',
  ]
  const rows: string[][] = [head]
  for (const device of comparison?.matched ?? []) {
    const names = [nameOf(device.documented), device.observed.id, device.by]
    const differences = differencesOf(device)
    if (differences.length === 0) rows.push(['same', ...names, '', '', ''])
    for (const { field } of differences) {
      rows.push(['differs', ...names, field.field, field.documented, field.observed])
    }
  }
  for (const device of comparison?.documentedOnly ?? []) {
    const addresses = [...device.macs, ...device.addresses].join(' ')
    rows.push(['only documented', nameOf(device), '', '', '', addresses, ''])
  }
  for (const device of comparison?.observedOnly ?? []) {
    const addresses = [...device.macs, ...device.addresses].join(' ')
    rows.push(['only observed', '', device.id, '', '', device.name, addresses])
  }
  return `${rows.map(csvLine).join('\r\n')}\r\n`
}
