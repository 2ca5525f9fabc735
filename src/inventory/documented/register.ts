// The register: documented devices as they were taken over, one JSON document. What an import would
// change in it is computed first; nothing is written here.
import { OperatingError } from '../../core/errors.ts'
import type { Microseconds } from '../../core/clock.ts'
import { numberOf, objectOf, objectsOf, textOf, textsOf, type JsonObject } from './json.ts'
import { TEXT_FIELDS, type DocumentedDevice } from './record.ts'
import { categoryOf } from './wording.ts'

const REGISTER_VERSION = 1

/** Records by their key, in the order of their names. */
export interface Register {
  readonly schemaVersion: number
  /** When it was last changed; 0 before the first time. */
  readonly recorded: Microseconds
  readonly devices: readonly DocumentedDevice[]
}

export const EMPTY_REGISTER: Register = Object.freeze({
  schemaVersion: REGISTER_VERSION,
  recorded: 0,
  devices: [],
})

export interface FieldChange {
  readonly field: string
  readonly before: string
  readonly after: string
}

/** What an import changes in the register. */
export interface RegisterChanges {
  readonly added: readonly DocumentedDevice[]
  readonly changed: readonly {
    readonly before: DocumentedDevice
    readonly after: DocumentedDevice
    readonly fields: readonly FieldChange[]
  }[]
  /** Registered, but not in the lists given; they stay unless somebody says otherwise. */
  readonly missing: readonly DocumentedDevice[]
  readonly same: number
  /** Records whose key an earlier record of the same import has: the earlier one counts. */
  readonly repeated: readonly DocumentedDevice[]
}

/** What stays with a record from one export to the next: its own key, else MAC, name, address. */
export function recordKey(device: DocumentedDevice): string {
  const { key, macs, name, addresses, site } = device
  if (key !== '') return `key ${key}`
  if (macs.length > 0) return `mac ${macs[0]}`
  return name === '' ? `address ${site} ${addresses[0] ?? ''}` : `name ${site} ${name}`
}

/** Compares an import with the register, field by field. */
export function changesIn(
  register: Register,
  documented: readonly DocumentedDevice[],
): RegisterChanges {
  const known = new Map(register.devices.map((device) => [recordKey(device), device]))
  const met = new Set<string>()
  const added: DocumentedDevice[] = []
  const changed: RegisterChanges['changed'][number][] = []
  const repeated: DocumentedDevice[] = []
  let same = 0
  for (const device of documented) {
    const key = recordKey(device)
    if (met.has(key)) {
      repeated.push(device)
      continue
    }
    met.add(key)
    const before = known.get(key)
    const fields = before ? fieldChanges(before, device) : []
    if (!before) added.push(device)
    else if (fields.length === 0) same++
    else changed.push({ before, after: device, fields })
  }
  const missing = register.devices.filter((device) => !met.has(recordKey(device)))
  return { added, changed, missing, same, repeated }
}

function fieldChanges(before: DocumentedDevice, after: DocumentedDevice): FieldChange[] {
  const lists = ['macs', 'addresses'] as const
  return [
    ...TEXT_FIELDS.map((field) => ({ field, before: before[field], after: after[field] })),
    ...lists.map((field) => ({
      field,
      before: before[field].join(' '),
      after: after[field].join(' '),
    })),
  ].filter((change) => change.before !== change.after)
}

/** The register after an import; `dropMissing` takes out what the lists no longer hold. */
export function changedRegister(
  register: Register,
  changes: RegisterChanges,
  { now, dropMissing }: { readonly now: Microseconds; readonly dropMissing: boolean },
): Register {
  const devices = new Map(register.devices.map((device) => [recordKey(device), device]))
  if (dropMissing) for (const device of changes.missing) devices.delete(recordKey(device))
  for (const device of changes.added) devices.set(recordKey(device), device)
  for (const { after } of changes.changed) devices.set(recordKey(after), after)
  const sorted = [...devices.values()].toSorted(
    (one, other) =>
      one.name.localeCompare(other.name) || (recordKey(one) < recordKey(other) ? -1 : 1),
  )
  return { schemaVersion: REGISTER_VERSION, recorded: now, devices: sorted }
}

export const registerText = (register: Register): string => `${JSON.stringify(register, null, 1)}\n`

/** Reads a register that `registerText` wrote. Throws OperatingError `bad-register`. */
export function readRegister(file: string, text: string): Register {
  const bad = (what: string) => new OperatingError('bad-register', `${file}: ${what}`)
  let object: JsonObject | undefined
  try {
    object = objectOf(JSON.parse(text))
  } catch {
    throw bad('no register of documented devices (not JSON)')
  }
  const version = numberOf(object?.['schemaVersion'])
  if (!object || !Array.isArray(object['devices']) || Number.isNaN(version)) {
    throw bad('no register of documented devices')
  }
  if (version > REGISTER_VERSION) throw bad(`written by a newer version (form ${version})`)
  return {
    schemaVersion: REGISTER_VERSION,
    recorded: numberOf(object['recorded']) || 0,
    devices: objectsOf(object['devices']).map(deviceFrom),
  }
}

function deviceFrom(object: JsonObject): DocumentedDevice {
  const place = objectOf(object['place'])
  const texts = Object.fromEntries(TEXT_FIELDS.map((field) => [field, textOf(object[field])]))
  return {
    ...(texts as { [field in (typeof TEXT_FIELDS)[number]]: string }),
    macs: textsOf(object['macs']),
    addresses: textsOf(object['addresses']),
    category: categoryOf(textOf(object['role'])),
    place: { file: textOf(place?.['file']), line: numberOf(place?.['line']) || 0 },
  }
}
