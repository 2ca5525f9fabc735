// Devices from NetBox's JSON: pages of its REST API (dcim/devices, interfaces, mac-addresses,
// ipam/ip-addresses, tenancy/contact-assignments), lists of them, or one object with such lists;
// versions 2.x to 4.x, whose names for the same thing differ.
import { OperatingError } from '../../core/errors.ts'
import { decodeText, type TableProblem } from './csv.ts'
import { objectOf, objectsOf, textOf, type JsonObject } from './json.ts'
import type { DocumentedDevice, DocumentedPlace, Draft } from './record.ts'
import type { DocumentedList } from './table.ts'
import { addressesIn, macsIn, RECORDS_MAX, recordOf } from './wording.ts'

const DEPTH_MAX = 4
const PROBLEMS_MAX = 1000

type Kind = 'device' | 'interface' | 'address' | 'mac' | 'contact'

/** What stands in an object's url, by its kind. */
const BY_URL: ReadonlyMap<string, Kind> = new Map([
  ['dcim/devices', 'device'],
  ['dcim/interfaces', 'interface'],
  ['ipam/ip-addresses', 'address'],
  ['dcim/mac-addresses', 'mac'],
  ['tenancy/contact-assignments', 'contact'],
])

/** One file as it was read. */
export interface NamedBytes {
  readonly file: string
  readonly bytes: Uint8Array
}

/** Whether a JSON file looks like NetBox's: by the first objects in it. */
export function looksLikeNetbox(bytes: Uint8Array): boolean {
  const head = decodeText(bytes.subarray(0, 8192)).text.trimStart()
  if (!/^[{[]/.test(head)) return false
  return /"device_type"|"mgmt_only"|"assigned_object|"mac_address"|\/api\/(dcim|ipam)\//.test(head)
}

/**
 * Reads the files of one NetBox together: interfaces and addresses find their devices by id.
 * Throws OperatingError `bad-json`, and `no-devices` when none of the files holds a device.
 */
export function readNetbox(files: readonly NamedBytes[]): DocumentedList {
  const reader = new NetboxReader()
  for (const { file, bytes } of files) reader.file(file, bytes)
  const name = files.map(({ file }) => file).join(', ')
  if (reader.devices.size === 0) {
    const what = `${name}: no device of NetBox in it`
    throw new OperatingError('no-devices', `${what} (export /api/dcim/devices/?limit=0)`)
  }
  reader.join()
  return {
    file: name,
    format: 'netbox',
    devices: reader.records(),
    mapping: reader.told(),
    unread: [],
    dropped: reader.dropped,
    problems: reader.problems,
  }
}

interface Gathered {
  readonly object: JsonObject
  readonly place: DocumentedPlace
  readonly macs: string[]
  readonly addresses: string[]
  owner: string
}

class NetboxReader {
  readonly devices = new Map<string, Gathered>()
  readonly problems: TableProblem[] = []
  dropped = 0
  private readonly parts = new Map<Kind, JsonObject[]>()
  private readonly deviceOfInterface = new Map<string, string>()
  private name = ''

  file(name: string, bytes: Uint8Array): void {
    this.name = name
    let value: unknown
    try {
      value = JSON.parse(decodeText(bytes).text)
    } catch (cause) {
      const { message } = cause as Error
      throw new OperatingError('bad-json', `${name}: no JSON (${message.slice(0, 200)})`, { cause })
    }
    this.walk(value, 0)
  }

  private walk(value: unknown, depth: number): void {
    if (Array.isArray(value)) {
      for (const each of value as unknown[]) this.walk(each, depth + 1)
      return
    }
    const object = objectOf(value)
    if (!object || depth > DEPTH_MAX) return
    if (Array.isArray(object['results'])) {
      this.page(object, object['results'] as unknown[])
      return
    }
    const kind = kindOf(object)
    if (kind) this.take(kind, object)
    else
      for (const each of Object.values(object)) if (Array.isArray(each)) this.walk(each, depth + 1)
  }

  private page(page: JsonObject, results: readonly unknown[]): void {
    for (const each of results) this.walk(each, 1)
    const count = page['count']
    if (page['next'] && typeof count === 'number' && count > results.length) {
      this.tell(`${this.name}: a page of ${results.length} of ${count}: ask with ?limit=0 for all`)
    }
  }

  private take(kind: Kind, object: JsonObject): void {
    if (kind !== 'device') {
      const list = this.parts.get(kind)
      if (!list) this.parts.set(kind, [object])
      else if (list.length < RECORDS_MAX * 4) list.push(object)
      else this.dropped++
      return
    }
    const id = textOf(object['id'])
    if (id === '' || this.devices.has(id)) return
    if (this.devices.size >= RECORDS_MAX) this.dropped++
    else {
      const place = { file: this.name, line: Number(id) || 0 }
      this.devices.set(id, { object, place, macs: [], addresses: [], owner: '' })
    }
  }

  /** Interfaces first: addresses and MACs name them. */
  join(): void {
    let strangers = 0
    const meet = (device: Gathered | undefined, act: (device: Gathered) => void) => {
      if (device) act(device)
      else strangers++
    }
    for (const object of this.parts.get('interface') ?? []) {
      const device = textOf(objectOf(object['device'])?.['id'])
      this.deviceOfInterface.set(textOf(object['id']), device)
      meet(this.devices.get(device), (found) =>
        found.macs.push(...this.macs(interfaceMacs(object))),
      )
    }
    for (const object of this.parts.get('mac') ?? []) {
      const macs = this.macs([textOf(object['mac_address'])])
      meet(this.holder(object), (found) => found.macs.push(...macs))
    }
    for (const object of this.parts.get('address') ?? []) {
      meet(this.holder(object), (found) => {
        found.addresses.push(...this.addresses(textOf(object['address'])))
      })
    }
    for (const object of this.parts.get('contact') ?? []) this.contact(object)
    if (strangers > 0) {
      this.tell(`${strangers} interfaces or addresses belong to no device in these files`)
    }
  }

  /** The device behind an address or MAC: by its interface (2.x), by its assigned object since. */
  private holder(object: JsonObject): Gathered | undefined {
    const assigned = objectOf(object['assigned_object']) ?? objectOf(object['interface'])
    const type = textOf(object['assigned_object_type'])
    if (type !== '' && type !== 'dcim.interface') return undefined
    const device = textOf(objectOf(assigned?.['device'])?.['id'])
    if (device !== '') return this.devices.get(device)
    const id = textOf(object['assigned_object_id']) || textOf(assigned?.['id'])
    return this.devices.get(this.deviceOfInterface.get(id) ?? '')
  }

  /** A contact of a device; the primary one, else the first that is named. */
  private contact(object: JsonObject): void {
    const type = textOf(object['object_type']) || textOf(object['content_type'])
    if (type !== 'dcim.device') return
    const device = this.devices.get(textOf(object['object_id']))
    const name = textOf(objectOf(object['contact'])?.['name'])
    const priority = objectOf(object['priority'])
    const isPrimary = (textOf(priority?.['value']) || textOf(object['priority'])) === 'primary'
    if (device && name !== '' && (device.owner === '' || isPrimary)) device.owner = name
  }

  private macs(cells: readonly string[]): string[] {
    return cells.flatMap((cell) => macsIn(cell, (what) => this.tell(what)))
  }

  private addresses(cell: string): string[] {
    return addressesIn(cell, (what) => this.tell(what))
  }

  private tell(what: string): void {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push({ line: 0, what })
  }

  records(): DocumentedDevice[] {
    return [...this.devices.values()].map((gathered) => {
      const { object, place } = gathered
      const primary = ['primary_ip', 'primary_ip4', 'primary_ip6', 'oob_ip']
        .map((name) => textOf(objectOf(object[name])?.['address']))
        .flatMap((cell) => this.addresses(cell))
      const draft = draftOf(object, gathered.owner)
      draft.macs = gathered.macs
      draft.addresses = [...primary, ...gathered.addresses]
      return recordOf(draft, place)
    })
  }

  told(): string[] {
    const count = (kind: Kind) => this.parts.get(kind)?.length ?? 0
    return [
      `${this.devices.size} devices`,
      `${count('interface')} interfaces`,
      `${count('mac')} MAC addresses`,
      `${count('address')} addresses`,
      `${count('contact')} contacts`,
    ]
  }
}

function kindOf(object: JsonObject): Kind | undefined {
  const url = /\/api\/([a-z]+\/[a-z-]+)\/[^/]+\/?$/.exec(textOf(object['url']))
  if (url) return BY_URL.get(url[1])
  if ('device_type' in object) return 'device'
  if ('contact' in object && 'object_id' in object) return 'contact'
  if ('device' in object && ('mgmt_only' in object || 'count_ipaddresses' in object)) {
    return 'interface'
  }
  if (!('assigned_object_id' in object) && !('interface' in object)) return undefined
  return 'address' in object ? 'address' : 'mac_address' in object ? 'mac' : undefined
}

/** One MAC until 4.1; since 4.2 a primary one and a list. */
function interfaceMacs(object: JsonObject): string[] {
  const primary = textOf(objectOf(object['primary_mac_address'])?.['mac_address'])
  const all = objectsOf(object['mac_addresses']).map((each) => textOf(each['mac_address']))
  return [textOf(object['mac_address']), primary, ...all].filter((text) => text !== '')
}

const nameOf = (value: unknown): string => {
  const object = objectOf(value)
  return textOf(object?.['name']) || textOf(object?.['display'])
}

function draftOf(object: JsonObject, contact: string): Draft {
  const type = objectOf(object['device_type'])
  const custom = objectOf(object['custom_fields'])
  const status = objectOf(object['status'])
  const value = status?.['value']
  return {
    key: `netbox:${textOf(object['id'])}`,
    name: textOf(object['name']),
    manufacturer: nameOf(type?.['manufacturer']),
    model: textOf(type?.['model']),
    role: nameOf(object['role']) || nameOf(object['device_role']),
    serial: textOf(object['serial']),
    os: nameOf(object['platform']),
    firmware: textOf(custom?.['firmware_version']) || textOf(custom?.['firmware']),
    site: nameOf(object['site']),
    segment: '',
    // The one who answers: named as such, else a contact, else the tenant.
    owner:
      nameOf(object['owner']) || textOf(custom?.['owner']) || contact || nameOf(object['tenant']),
    status: typeof value === 'string' ? value : textOf(status?.['label']),
  }
}
