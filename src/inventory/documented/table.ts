// Devices from a CSV table: columns by their heads (in the words of NetBox, Snipe-IT, spreadsheets,
// …) or as the user maps them.
import { OperatingError } from '../../core/errors.ts'
import { readCsv, type CsvTable, type TableProblem } from './csv.ts'
import { TEXT_FIELDS, type DocumentedDevice, type Draft } from './record.ts'
import { addressesIn, macsIn, recordOf, tidy } from './wording.ts'

/** Fields a column can fill. */
export const COLUMN_FIELDS = [...TEXT_FIELDS, 'mac', 'address'] as const
export type ColumnField = (typeof COLUMN_FIELDS)[number]

/** Heads by field, lower case, words separated by one blank; the first that is there counts. */
const HEADS: { readonly [field in ColumnField]: readonly string[] } = {
  key: ['id', 'asset tag', 'asset id', 'asset', 'inventory number', 'key'],
  name: ['name', 'hostname', 'host name', 'host', 'device name', 'device', 'asset name', 'display'],
  mac: ['mac', 'mac address', 'mac addresses', 'macs', 'hardware address', 'physical address'],
  address: [
    'ip',
    'ip address',
    'ip addresses',
    'ips',
    'address',
    'addresses',
    'primary ip',
    'primary ip4',
    'ipv4',
    'ipv4 address',
    'ipv6',
    'ipv6 address',
    'primary ip6',
    'oob ip',
  ],
  manufacturer: ['manufacturer', 'vendor', 'make', 'maker', 'brand'],
  model: ['model', 'device type', 'device model', 'model number', 'product', 'type model'],
  role: ['category', 'role', 'device role', 'type', 'kind', 'class', 'function'],
  serial: ['serial', 'serial number', 'serial no', 'sn', 's n'],
  os: ['os', 'operating system', 'platform'],
  firmware: ['firmware', 'firmware version', 'software version', 'version'],
  site: ['site', 'building', 'plant', 'location'],
  segment: ['segment', 'vlan', 'network', 'zone', 'subnet', 'vlan name'],
  owner: ['owner', 'responsible', 'contact', 'assigned to', 'custodian', 'tenant', 'department'],
  status: ['status', 'state', 'lifecycle'],
}

/** These may stand in several columns at once. */
const MANY: ReadonlySet<ColumnField> = new Set(['mac', 'address'])

/** What a list gave. */
export interface DocumentedList {
  readonly file: string
  /** 'csv' or 'netbox'. */
  readonly format: string
  readonly devices: readonly DocumentedDevice[]
  /** Which column or key fills what, for people. */
  readonly mapping: readonly string[]
  /** Heads that fill nothing. */
  readonly unread: readonly string[]
  /** Records beyond the limit. */
  readonly dropped: number
  readonly problems: readonly TableProblem[]
}

const simple = (head: string) =>
  head
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** A user's `field=Head`; throws an OperatingError when the field is none. */
export function columnMapping(words: readonly string[]): Map<string, ColumnField> {
  const mapping = new Map<string, ColumnField>()
  for (const word of words) {
    const at = word.indexOf('=')
    const field = COLUMN_FIELDS.find((one) => one === word.slice(0, at).trim())
    if (at < 1 || !field || word.slice(at + 1).trim() === '') {
      const fields = COLUMN_FIELDS.join(', ')
      throw new OperatingError('bad-mapping', `'${word}': write FIELD=HEAD; fields: ${fields}`)
    }
    mapping.set(simple(word.slice(at + 1)), field)
  }
  return mapping
}

/**
 * Reads a CSV list. Throws OperatingError `no-columns` when no head names a device's name, MAC or
 * address, and `no-column` when a mapped head is not there.
 */
export function readTable(
  file: string,
  bytes: Uint8Array,
  given: ReadonlyMap<string, ColumnField> = new Map(),
): DocumentedList {
  const table = readCsv(bytes)
  const columns = columnsOf(file, table, given)
  const problems = [...table.problems]
  const devices = table.rows.slice(1).flatMap(({ line, cells }) => {
    const problem = (what: string) => void (problems.length < 1000 && problems.push({ line, what }))
    const device = deviceOf(cells, columns, { file, line, problem })
    if (device.name || device.macs.length > 0 || device.addresses.length > 0) return [device]
    problem('neither name, MAC nor address: left out')
    return []
  })
  const heads = table.rows[0]?.cells ?? []
  return {
    file,
    format: 'csv',
    devices,
    mapping: columns.map(({ head, field }) => `${head} → ${field}`),
    unread: heads.filter((_, index) => columns.every((column) => column.index !== index)),
    dropped: table.dropped,
    problems,
  }
}

interface Column {
  readonly index: number
  readonly head: string
  readonly field: ColumnField
}

function columnsOf(
  file: string,
  table: CsvTable,
  given: ReadonlyMap<string, ColumnField>,
): Column[] {
  const heads = (table.rows[0]?.cells ?? []).map((head) => head.replace(/^\ufeff/, '').trim())
  const plain = heads.map(simple)
  for (const head of given.keys()) {
    if (plain.includes(head)) continue
    throw new OperatingError('no-column', `${file}: no column '${head}'; it has ${words(heads)}`)
  }
  const columns: Column[] = []
  const add = (index: number, field: ColumnField) => {
    if (columns.every((column) => column.index !== index)) {
      columns.push({ index, head: tidy(heads[index]), field })
    }
  }
  plain.forEach((head, index) => {
    const field = given.get(head)
    if (field) add(index, field)
  })
  for (const field of COLUMN_FIELDS) {
    if ([...given.values()].includes(field)) continue
    const found = HEADS[field].flatMap((head) => {
      const index = plain.indexOf(head)
      return index < 0 ? [] : [index]
    })
    for (const index of MANY.has(field) ? found : found.slice(0, 1)) add(index, field)
  }
  if (columns.every(({ field }) => field !== 'name' && field !== 'mac' && field !== 'address')) {
    const what = `${file}: no column for name, MAC or address among ${words(heads)}`
    throw new OperatingError('no-columns', `${what}; map one with --map name=HEAD`)
  }
  return columns.toSorted((one, other) => one.index - other.index)
}

const words = (heads: readonly string[]): string =>
  heads.length === 0
    ? 'none'
    : heads
        .map((head) => `'${tidy(head)}'`)
        .join(', ')
        .slice(0, 400)

interface Where {
  readonly file: string
  readonly line: number
  problem(what: string): void
}

function deviceOf(
  cells: readonly string[],
  columns: readonly Column[],
  { file, line, problem }: Where,
): DocumentedDevice {
  const draft: Draft = { macs: [], addresses: [] }
  for (const { index, field } of columns) {
    const cell = cells[index] ?? ''
    if (field === 'mac') draft.macs = [...draft.macs!, ...macsIn(cell, problem)]
    else if (field === 'address') {
      draft.addresses = [...draft.addresses!, ...addressesIn(cell, problem)]
    } else draft[field] = cell
  }
  return recordOf(draft, { file, line })
}
