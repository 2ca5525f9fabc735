// Sensors as core knows them: which batch was applied last, and how they are. And the settings that
// are no rows of their own.
import type { Selectable } from 'kysely'
import type { Change, Store } from './store.ts'
import type { SensorRow } from './tables.ts'

/** How a sensor is, as it says itself. */
export interface SensorStatus {
  readonly source: string
  /** Which run over its source; a file is read to its end once. */
  readonly run: string
  readonly state: 'waiting' | 'running' | 'done' | 'failed'
  readonly frames: number
  readonly flows: number
  /** Frames that the capturing system lost, flows that no longer fitted. */
  readonly dropped: number
  /** Packet time; 0 before the first packet. */
  readonly lastPacket: number
  readonly problem?: string
}

/** A sensor, and when core last heard of it. */
export interface StoredSensor extends SensorStatus {
  readonly id: string
  readonly site: string
  readonly segment: string
  /** When it was last heard of. */
  readonly heard: number
}

export class Sensors {
  private readonly store: Store

  constructor(store: Store) {
    this.store = store
  }

  async list(): Promise<StoredSensor[]> {
    const rows = await this.store.read.selectFrom('sensor').selectAll().orderBy('id').execute()
    return rows.map(storedSensor)
  }

  /** Sequence of the last batch of this session that is in the store; 0: none. */
  async applied(id: string, session: string): Promise<number> {
    const row = await this.store.read
      .selectFrom('sensor')
      .select('applied')
      .where('id', '=', id)
      .where('session', '=', session)
      .executeTakeFirst()
    return row?.applied ?? 0
  }

  /** Part of a batch's change: that it was applied, and how the sensor is. */
  async heard(
    { db, now }: Change,
    place: { id: string; site: string; segment: string; session: string; sequence: number },
    status: SensorStatus,
  ): Promise<void> {
    const { id, site, segment, session, sequence } = place
    const known = await db
      .selectFrom('sensor')
      .select('status_json')
      .where('id', '=', id)
      .executeTakeFirst()
    const before = known && (JSON.parse(known.status_json) as SensorStatus)
    const row = {
      id,
      site,
      segment,
      session,
      applied: sequence,
      status_json: JSON.stringify(continued(before, status)),
      heard: now,
    }
    await db
      .insertInto('sensor')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute()
  }

  async setting<Value>(name: string): Promise<Value | undefined> {
    const row = await this.store.read
      .selectFrom('setting')
      .select('value_json')
      .where('name', '=', name)
      .executeTakeFirst()
    return row && (JSON.parse(row.value_json) as Value)
  }

  /** Sets it in a change, which also says who did. */
  async set({ db, now }: Change, name: string, value: unknown): Promise<void> {
    const row = { name, value_json: JSON.stringify(value), recorded: now }
    await db
      .insertInto('setting')
      .values(row)
      .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
      .execute()
  }
}

/** A sensor that finds its file read already has counted nothing: what was counted stays. */
function continued(before: SensorStatus | undefined, status: SensorStatus): SensorStatus {
  const isRead = before?.state === 'done' && before.run === status.run && status.frames === 0
  return isRead && status.state === 'done' ? before : status
}

function storedSensor(row: Selectable<SensorRow>): StoredSensor {
  const { id, site, segment, heard } = row
  return { id, site, segment, heard, ...(JSON.parse(row.status_json) as SensorStatus) }
}
