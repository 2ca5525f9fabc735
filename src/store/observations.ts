// What sources said about devices, each statement once, with how often and when.
import type { Insertable } from 'kysely'
import type { Attribute } from '../inventory/index.ts'
import type { ObservedDevice, Sighting } from './device-admission.ts'
import type { Change } from './store.ts'
import type { ObservationRow } from './tables.ts'

/** Rows of one statement: SQLite takes 32,766 parameters, PostgreSQL 65,535. */
const ROWS_AT_ONCE = 500

/** Writes a device's observations; what was said before gets its new count and last time. */
export async function keepObservations(
  { db, now }: Change,
  { source }: Sighting,
  { id, device }: { id: string; device: ObservedDevice['device'] },
): Promise<void> {
  const rows = new Map<string, Insertable<ObservationRow>>()
  const add = (attribute: string, { observations, contradictions }: Attribute) => {
    for (const [list, believed] of [[contradictions, 0] as const, [observations, 1] as const]) {
      for (const one of list) {
        rows.set(`${attribute}\n${one.source}\n${one.value}\n${one.text}`, {
          device: id,
          attribute,
          source: one.source,
          value: one.value,
          text: one.text,
          confidence: one.confidence,
          believed,
          evidence_source: source,
          frame: one.frame,
          first: one.time || device.firstSeen,
          last: one.last || device.lastSeen,
          count: one.count,
          recorded: now,
        })
      }
    }
  }
  for (const [name, attribute] of Object.entries(device.attributes)) add(name, attribute)
  const all = [...rows.values()]
  for (let at = 0; at < all.length; at += ROWS_AT_ONCE) {
    await db
      .insertInto('observation')
      .values(all.slice(at, at + ROWS_AT_ONCE))
      .onConflict((conflict) =>
        conflict
          .columns(['device', 'attribute', 'source', 'value', 'text'])
          .doUpdateSet(({ ref }) => ({
            confidence: ref('excluded.confidence'),
            believed: ref('excluded.believed'),
            last: ref('excluded.last'),
            count: ref('excluded.count'),
          })),
      )
      .execute()
  }
}
