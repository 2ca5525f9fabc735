// What somebody wrote down about a device: one record, whatever list it comes from. Absent words
// are '': a list that does not say is not a list that denies.

/** Where a record stands in its list: file, and line (CSV) or id (NetBox). */
export interface DocumentedPlace {
  readonly file: string
  readonly line: number
}

/** One device as documented. Texts are trimmed and bounded; '' is 'the list does not say'. */
export interface DocumentedDevice {
  /** The list's own key where it has one: `netbox:17`, the CSV's id column; '' without. */
  readonly key: string
  readonly name: string
  /** Lower case with colons. */
  readonly macs: readonly string[]
  /** Without prefix lengths, as the inventory writes them. */
  readonly addresses: readonly string[]
  readonly manufacturer: string
  readonly model: string
  /** One of the inventory's categories, '' where the list's word fits none. */
  readonly category: string
  /** The list's own word for what it is (role, type). */
  readonly role: string
  readonly serial: string
  readonly os: string
  readonly firmware: string
  readonly site: string
  readonly segment: string
  /** Who answers for it (I20). */
  readonly owner: string
  /** active, planned, decommissioned … as the list says it. */
  readonly status: string
  readonly place: DocumentedPlace
}

/** Fields that are one text each. */
export const TEXT_FIELDS = [
  'key',
  'name',
  'manufacturer',
  'model',
  'role',
  'serial',
  'os',
  'firmware',
  'site',
  'segment',
  'owner',
  'status',
] as const
export type TextField = (typeof TEXT_FIELDS)[number]

/** A record under construction. */
export type Draft = { [field in TextField]?: string } & {
  macs?: readonly string[]
  addresses?: readonly string[]
}
