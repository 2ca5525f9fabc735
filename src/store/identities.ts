// By what devices are found again: MACs, addresses where there is no MAC, certificates and other
// proofs. Each belongs to a device for a span of time, within its site and segment.
import type { Kysely } from 'kysely'
import type { Change } from './store.ts'
import type { ObservedDevice, Sighting } from './device-admission.ts'
import type { Tables } from './tables.ts'

/** One way to know a device. */
export interface IdentityKey {
  readonly kind: string
  readonly value: string
  readonly strength: 'strong' | 'likely'
}

type SeenDevice = ObservedDevice['device']

/** By what this device is found again; what others may share with it is not in here. */
export function identitiesOf(device: SeenDevice): IdentityKey[] {
  const strong = device.identities.filter(({ strength }) => strength === 'strong')
  const keys: IdentityKey[] = strong.map(({ kind, value, strength }) => ({ kind, value, strength }))
  const isShared = device.limits.includes('shared-mac') || device.placement === 'routed'
  if (isShared || device.macs.length === 0) {
    const address = device.addresses.at(-1)?.address
    if (address !== undefined) keys.push({ kind: 'address', value: address, strength: 'likely' })
    return keys
  }
  for (const value of device.macs) keys.push({ kind: 'mac', value, strength: 'likely' })
  return keys
}

const textOf = ({ kind, value }: Pick<IdentityKey, 'kind' | 'value'>) => `${kind} ${value}`

/** Whom identities belonged to when the batch came, and since. */
export class KnownIdentities {
  private readonly owners = new Map<string, string>()

  /** '' when it is nobody's. */
  deviceOf(identity: IdentityKey): string {
    return this.owners.get(textOf(identity)) ?? ''
  }

  set(identity: Pick<IdentityKey, 'kind' | 'value'>, device: string): void {
    this.owners.set(textOf(identity), device)
  }

  devices(): Iterable<string> {
    return this.owners.values()
  }
}

/** Looks up current owners. */
export async function findIdentities(
  db: Kysely<Tables>,
  { site, segment }: Pick<Sighting, 'site' | 'segment'>,
  wanted: readonly IdentityKey[],
): Promise<KnownIdentities> {
  const known = new KnownIdentities()
  for (const [kind, keys] of Map.groupBy(wanted, (key) => key.kind)) {
    for (let at = 0; at < keys.length; at += 500) {
      const values = keys.slice(at, at + 500).map(({ value }) => value)
      const rows = await db
        .selectFrom('device_identity')
        .select(['kind', 'value', 'device'])
        .where('site', '=', site)
        .where('segment', '=', segment)
        .where('kind', '=', kind)
        .where('value', 'in', values)
        .where('valid_to', 'is', null)
        .orderBy('recorded')
        .execute()
      for (const row of rows) known.set(row, row.device)
    }
  }
  return known
}

/** Gives the device what it is known by; an identity that was another's changes hands. */
export async function keepIdentities(
  { db, now }: Change,
  { site, segment, observed }: Sighting,
  { id, device, known }: { id: string; device: SeenDevice; known: KnownIdentities },
): Promise<void> {
  const from = device.firstSeen > 0 ? device.firstSeen : observed
  for (const identity of identitiesOf(device)) {
    const owner = known.deviceOf(identity)
    if (owner === id) continue
    const { kind, value, strength } = identity
    if (owner !== '') {
      // Of a device that was merged into this one it stays: undoing the merge gives it back.
      const merged = await db
        .selectFrom('device')
        .select('merged_into')
        .where('id', '=', owner)
        .executeTakeFirst()
      if (merged?.merged_into) continue
      await db
        .updateTable('device_identity')
        .set({ valid_to: observed })
        .where('site', '=', site)
        .where('segment', '=', segment)
        .where('kind', '=', kind)
        .where('value', '=', value)
        .where('valid_to', 'is', null)
        .execute()
    }
    const place = { site, segment, kind, value, strength }
    const since = owner === '' ? from : observed
    await db
      .insertInto('device_identity')
      .values({ ...place, device: id, valid_from: since, valid_to: null, recorded: now })
      .onConflict((conflict) =>
        conflict
          .columns(['site', 'segment', 'kind', 'value', 'device', 'valid_from'])
          .doUpdateSet({ valid_to: null }),
      )
      .execute()
    known.set(identity, id)
  }
}
