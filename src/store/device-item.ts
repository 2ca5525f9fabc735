// What a list of devices shows, as it is kept in history, and the words a device is found by.
import type { Selectable } from 'kysely'
import type { DeviceDocument } from './device-document.ts'
import type { DeviceRow } from './tables.ts'

/** A device as it was at one time; times and counts of findings are not part of it. */
export interface DeviceVersion {
  readonly id: string
  readonly site: string
  readonly segment: string
  readonly name: string
  readonly category: string
  readonly kind: string
  readonly manufacturer: string
  readonly model: string
  readonly os: string
  readonly firmware: string
  readonly owner: string
  readonly macs: readonly string[]
  readonly addresses: readonly string[]
  readonly mergedInto: string
}

type Row = Selectable<DeviceRow>

export const deviceItem = (row: Row): DeviceVersion => ({
  id: row.id,
  site: row.site,
  segment: row.segment,
  name: row.name,
  category: row.category,
  kind: row.kind,
  manufacturer: row.manufacturer,
  model: row.model,
  os: row.os,
  firmware: row.firmware,
  owner: row.owner,
  macs: JSON.parse(row.macs_json) as string[],
  addresses: JSON.parse(row.addresses_json) as string[],
  mergedInto: row.merged_into ?? '',
})

/** An address that is more than one of the link. */
export const isAddress = (address: string): boolean => !address.startsWith('fe80:')

/** Lower-case words: names, makers, addresses, serials, host names. */
export function wordsOf(row: Row): string {
  const document = JSON.parse(row.document_json) as DeviceDocument
  const { hostname, serial } = document.attributes
  const words = [
    row.name,
    document.name,
    row.category,
    row.manufacturer,
    row.model,
    row.os,
    row.firmware,
    row.owner,
    row.segment,
    hostname?.value ?? '',
    serial?.value ?? '',
    ...document.macs,
    ...document.addresses.map(({ address }) => address),
  ]
  return [...new Set(words.filter((word) => word !== ''))].join('\n').toLowerCase()
}
