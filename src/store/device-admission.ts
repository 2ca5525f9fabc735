// How what a sensor sees becomes devices of the store: found again by identity (site, segment, MAC
// or address), joined where two turn out to be one, made where nobody is known.
import { randomBytes } from 'node:crypto'
import type { Insertable, Selectable } from 'kysely'
import type { Microseconds } from '../core/clock.ts'
import type { Device } from '../inventory/index.ts'
import { documentOf, joined, type DeviceDocument } from './device-document.ts'
import { findIdentities, identitiesOf, keepIdentities, type KnownIdentities } from './identities.ts'
import { isRefused, mergeDevices } from './merges.ts'
import { keepObservations } from './observations.ts'
import type { Change } from './store.ts'
import type { DeviceRow } from './tables.ts'
import { deviceItem, wordsOf } from './device-item.ts'
import { noteVersion, writeDevice } from './device-writing.ts'
import { assertVersion } from './versions.ts'

/** A device as one sensor sees it; `ref` is its name for it within the session. */
export interface ObservedDevice {
  readonly ref: string
  readonly device: Omit<Device, 'endpoints'>
}

/** Counters of a device of which nothing else is new. */
export interface SeenAgain {
  readonly ref: string
  readonly lastSeen: Microseconds
  readonly bytesIn: number
  readonly bytesOut: number
}

/** Where and when something was observed. */
export interface Sighting {
  readonly site: string
  readonly segment: string
  /** Who observed it: `sensor:lan`. */
  readonly actor: string
  /** The capture or interface, for evidence. */
  readonly source: string
  /** One run of a sensor over its source: counters start at 0 with it. */
  readonly run: string
  /** Packet time up to which the sensor has seen everything. */
  readonly observed: Microseconds
  /** The segment an address lies in by the site's networks; '' when none says. */
  segmentOf?(address: string): string
}

/** Where a device is shown: by its addresses, newest first; else where it was observed. */
export const segmentBy = (
  addresses: readonly string[],
  segmentOf: (address: string) => string,
): string => addresses.map(segmentOf).findLast((segment) => segment !== '') ?? ''

type Row = Selectable<DeviceRow>

/** What one batch works on. */
interface Batch {
  readonly change: Change
  readonly sighting: Sighting
  readonly known: KnownIdentities
  readonly rows: Map<string, Row>
  /** Devices that a ref of this batch stands for already: one device, one ref. */
  readonly claimed: Set<string>
}

/** The devices of one session of a sensor. */
export class DeviceAdmission {
  private readonly ids = new Map<string, string>()

  /** The store's id for a sensor's ref; '' when it was never told of. */
  idOf(ref: string): string {
    return this.ids.get(ref) ?? ''
  }

  async admit(change: Change, sighting: Sighting, devices: readonly ObservedDevice[]) {
    if (devices.length === 0) return
    const wanted = devices.flatMap(({ device }) => identitiesOf(device))
    const known = await findIdentities(change.db, sighting, wanted)
    const ids = new Set([...known.devices(), ...devices.map(({ ref }) => this.idOf(ref))])
    const rows = await rowsOf(change, ids)
    const batch: Batch = { change, sighting, known, rows, claimed: new Set() }
    // Who is known by name keeps its place before others look for theirs.
    const sorted = devices.toSorted(
      (a, b) => Number(this.ids.has(b.ref)) - Number(this.ids.has(a.ref)),
    )
    for (const observed of sorted) await this.admitOne(batch, observed)
  }

  private async admitOne(batch: Batch, { ref, device }: ObservedDevice): Promise<void> {
    const row = await resolve(batch, device, this.idOf(ref))
    const id = row ? await update(batch, row, device) : await create(batch, device)
    this.ids.set(ref, id)
    batch.claimed.add(id)
    await keepIdentities(batch.change, batch.sighting, { id, device, known: batch.known })
    await keepObservations(batch.change, batch.sighting, { id, device })
  }

  /** Counters and last sight of devices that did not change otherwise. */
  async seenAgain({ db }: Change, run: string, seen: readonly SeenAgain[]): Promise<void> {
    for (const { ref, lastSeen, bytesIn, bytesOut } of seen) {
      const id = this.idOf(ref)
      if (id === '') continue
      await db
        .updateTable('device')
        .set(({ fn, val }) => ({
          last_seen: fn<number>('max', ['last_seen', val(lastSeen)]),
          bytes_in: bytesIn,
          bytes_out: bytesOut,
        }))
        .where('id', '=', id)
        .where('run', '=', run)
        .execute()
    }
  }
}

/** The rows of these ids, and of those they were merged into. */
async function rowsOf({ db }: Change, ids: ReadonlySet<string>): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>()
  let wanted = [...ids].filter((id) => id !== '')
  while (wanted.length > 0) {
    const next: string[] = []
    for (let at = 0; at < wanted.length; at += 500) {
      const part = wanted.slice(at, at + 500)
      const found = await db.selectFrom('device').selectAll().where('id', 'in', part).execute()
      for (const row of found) {
        rows.set(row.id, row)
        if (row.merged_into !== null) next.push(row.merged_into)
      }
    }
    wanted = next.filter((id) => !rows.has(id))
  }
  return rows
}

function standing(rows: ReadonlyMap<string, Row>, id: string): Row | undefined {
  let row = rows.get(id)
  while (row && row.merged_into !== null) row = rows.get(row.merged_into)
  return row
}

/** The device that this is; where it turns out to be several, they are merged. */
async function resolve(batch: Batch, device: ObservedDevice['device'], known: string) {
  const candidates = new Map<string, Row>()
  const own = standing(batch.rows, known)
  if (own) candidates.set(own.id, own)
  for (const identity of identitiesOf(device)) {
    const row = standing(batch.rows, batch.known.deviceOf(identity))
    if (row && !batch.claimed.has(row.id)) candidates.set(row.id, row)
  }
  const [first, ...rest] = [...candidates.values()].toSorted(
    (a, b) => Number(b === own) - Number(a === own) || a.first_seen - b.first_seen,
  )
  for (const other of rest) {
    if (await isRefused(batch.change.db, first.id, other.id)) continue
    const because = device.merges.at(-1)?.because ?? 'one identity, seen for both'
    const { actor, observed } = batch.sighting
    await mergeDevices(batch.change, {
      kept: first.id,
      merged: other.id,
      because,
      by: actor,
      observed,
    })
    other.merged_into = first.id
  }
  return first
}

function shownSegment({ addresses }: DeviceDocument, { segment, segmentOf }: Sighting): string {
  const texts = addresses.map(({ address }) => address)
  return (segmentOf && segmentBy(texts, segmentOf)) || segment
}

const isSameRun = (row: Row, { run }: Sighting) => row.run === run

/** Columns that follow from a document and what a person has set. */
function columnsOf(document: DeviceDocument, hand: { name: string; category: string }) {
  const word = (name: keyof DeviceDocument['attributes']) => document.attributes[name]?.value ?? ''
  return {
    name: hand.name || document.name,
    category: hand.category || (word('type') === '' ? 'unknown' : word('type')),
    manufacturer: word('manufacturer'),
    model: word('model'),
    os: word('os'),
    firmware: word('firmware'),
    macs_json: JSON.stringify(document.macs),
    addresses_json: JSON.stringify(document.addresses.map(({ address }) => address)),
    document_json: JSON.stringify(document),
  }
}

async function create(batch: Batch, device: ObservedDevice['device']): Promise<string> {
  const { change, sighting } = batch
  const id = `d${randomBytes(8).toString('hex')}`
  const document = documentOf({ ...device, endpoints: [] })
  const first = device.firstSeen > 0 ? device.firstSeen : sighting.observed
  const row: Insertable<DeviceRow> = {
    id,
    site: sighting.site,
    segment: shownSegment(document, sighting),
    kind: device.kind,
    ...columnsOf(document, { name: '', category: '' }),
    owner: '',
    name_by_hand: '',
    category_by_hand: '',
    first_seen: first,
    last_seen: Math.max(first, device.lastSeen),
    recorded: change.now,
    revision: change.now,
    run: sighting.run,
    bytes_in: device.bytesIn,
    bytes_out: device.bytesOut,
    bytes_in_before: 0,
    bytes_out_before: 0,
    maturity: 'none',
    critical: 0,
    high: 0,
    medium: 0,
    low: 0,
    info: 0,
    merged_into: null,
  }
  const made = await change.db
    .insertInto('device')
    .values(row)
    .returningAll()
    .executeTakeFirstOrThrow()
  batch.rows.set(id, made)
  await change.db
    .insertInto('device_words')
    .values({ rowid: made.number, words: wordsOf(made) })
    .execute()
  const content = JSON.stringify(deviceItem(made))
  await assertVersion(change.db, 'device_version', { id, content, from: first, now: change.now })
  const facts = { category: made.category, segment: made.segment }
  const { actor, observed: at } = sighting
  change.record({ kind: 'device.found', actor, subject: `device:${id}`, at, facts })
  await change.tell('device', { id, change: 'new' })
  return id
}

async function update(batch: Batch, row: Row, device: ObservedDevice['device']): Promise<string> {
  const { change, sighting } = batch
  const fresh = documentOf({ ...device, endpoints: [] })
  const before = JSON.parse(row.document_json) as DeviceDocument
  const same = isSameRun(row, sighting)
  const document = same ? fresh : joined(before, fresh)
  const hand = { name: row.name_by_hand, category: row.category_by_hand }
  const next: Row = {
    ...row,
    segment: shownSegment(document, sighting),
    kind: device.kind === 'unknown' && !same ? row.kind : device.kind,
    ...columnsOf(document, hand),
    first_seen: device.firstSeen > 0 ? Math.min(row.first_seen, device.firstSeen) : row.first_seen,
    last_seen: Math.max(row.last_seen, device.lastSeen),
    run: sighting.run,
    bytes_in_before: row.bytes_in_before + (same ? 0 : row.bytes_in),
    bytes_out_before: row.bytes_out_before + (same ? 0 : row.bytes_out),
    bytes_in: device.bytesIn,
    bytes_out: device.bytesOut,
    revision: change.now,
  }
  batch.rows.set(row.id, next)
  await writeDevice(change, row, next)
  await noteVersion(change, next, sighting)
  return row.id
}
