// Writing a device: its row, the words it is found by, its history, and word of it to others.
import type { Selectable } from 'kysely'
import type { Microseconds } from '../core/clock.ts'
import { deviceItem, isAddress, wordsOf } from './device-item.ts'
import type { Change } from './store.ts'
import type { DeviceRow } from './tables.ts'
import { assertVersion } from './versions.ts'

type Row = Selectable<DeviceRow>

/** Writes a row, and its words where they changed. */
export async function writeDevice({ db }: Change, before: Row, next: Row): Promise<void> {
  const { number, id, ...columns } = next
  await db.updateTable('device').set(columns).where('id', '=', id).execute()
  const words = wordsOf(next)
  if (words === wordsOf(before)) return
  await db.deleteFrom('device_words').where('rowid', '=', number).execute()
  await db.insertInto('device_words').values({ rowid: number, words }).execute()
}

/** Keeps a version where the device became another in what a list shows, and tells of it. */
export async function noteVersion(
  change: Change,
  row: Row,
  { actor, observed }: { readonly actor: string; readonly observed: Microseconds },
): Promise<void> {
  const content = JSON.stringify(deviceItem(row))
  const version = { id: row.id, content, from: observed, now: change.now }
  if (!(await assertVersion(change.db, 'device_version', version))) return
  const { category, manufacturer, model } = row
  const addresses = (JSON.parse(row.addresses_json) as string[]).filter(isAddress).length
  const facts = { category, manufacturer, model, addresses }
  const subject = `device:${row.id}`
  change.record({ kind: 'device.changed', actor, subject, at: observed, facts })
  await change.tell('device', { id: row.id, change: 'changed' })
}
