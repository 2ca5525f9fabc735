// Routes of imports: a preview of lists against the devices in the store, and taking over what it
// showed, each change through the same door as a change by hand.
import { createHash } from 'node:crypto'
import {
  columnMapping,
  compare,
  looksLikeNetbox,
  readNetbox,
  readTable,
  type Comparison,
  type DocumentedDevice,
  type DocumentedList,
  type NamedBytes,
  type ObservedDevice,
} from '../../inventory/index.ts'
import { OperatingError } from '../../core/errors.ts'
import type { Devices, StoredDevice } from '../../store/index.ts'
import {
  ImportApplied,
  ImportApply,
  ImportPreview,
  ImportRequest,
  type ImportChange,
} from '../contract/index.ts'
import { actorOf, WORKERS, type Api, type ApiParts } from '../parts.ts'
import { Problem } from '../problem.ts'

const BODY_BYTES_MAX = 16_777_216
const SHOWN = 500
const PAGE = 500
/** Changes of one call: each is a transaction of its own. */
const CHANGES_MAX = 1000
/** The store keeps what is believed; how sure that is stands with each device. */
const CONFIDENCE = 0.9

export function importRoutes(app: Api, { devices }: ApiParts): void {
  app.route({
    method: 'POST',
    url: '/api/v1/imports/preview',
    config: { roles: WORKERS },
    bodyLimit: BODY_BYTES_MAX,
    schema: { body: ImportRequest, response: { 200: ImportPreview } },
    handler: async ({ body }) => previewOf(await prepared(devices, body)),
  })
  app.route({
    method: 'POST',
    url: '/api/v1/imports/apply',
    config: { roles: WORKERS },
    bodyLimit: BODY_BYTES_MAX,
    schema: { body: ImportApply, response: { 200: ImportApplied } },
    handler: async (request) => {
      const { changes, digest } = await prepared(devices, request.body)
      if (digest !== request.body.digest) {
        throw new Problem(409, 'changed', 'devices or lists have changed: look at a new preview')
      }
      const by = actorOf(request).name
      const now = changes.slice(0, CHANGES_MAX)
      let applied = 0
      for (const { device, field, after } of now) {
        if ((await devices.setByHand(device, { [field]: after }, { by })) === 'done') applied++
      }
      return { applied, left: changes.length - now.length }
    },
  })
}

interface Prepared {
  readonly lists: readonly DocumentedList[]
  readonly comparison: Comparison
  readonly changes: readonly ImportChange[]
  readonly digest: string
}

async function prepared(devices: Devices, request: ImportRequest): Promise<Prepared> {
  const lists = listsOf(request)
  const stored = await allDevices(devices)
  const documented = lists.flatMap((list) => list.devices)
  const comparison = compare(documented, stored.map(observedFrom))
  const byId = new Map(stored.map((device) => [device.id, device]))
  const changes = changesOf(comparison, byId, request.fields)
  const digest = createHash('sha256').update(JSON.stringify(changes)).digest('base64url')
  return { lists, comparison, changes, digest }
}

/** A list that cannot be used is the request's fault, in words that say why. */
function listsOf({ files, map = {} }: ImportRequest): DocumentedList[] {
  try {
    const mapping = columnMapping(Object.entries(map).map(([field, head]) => `${field}=${head}`))
    const netbox: NamedBytes[] = []
    const lists: DocumentedList[] = []
    for (const { name, text } of files) {
      const bytes = Buffer.from(text)
      if (looksLikeNetbox(bytes)) netbox.push({ file: name, bytes })
      else lists.push(readTable(name, bytes, mapping))
    }
    if (netbox.length > 0) lists.push(readNetbox(netbox))
    return lists
  } catch (cause) {
    if (cause instanceof OperatingError) throw new Problem(400, cause.code, cause.message)
    throw cause
  }
}

async function allDevices(devices: Devices): Promise<StoredDevice[]> {
  const all: StoredDevice[] = []
  let cursor: string | undefined
  do {
    const page = await devices.list({ limit: PAGE, sort: 'name', ...(cursor && { cursor }) })
    all.push(...page.items)
    cursor = page.next
  } while (cursor !== undefined)
  return all
}

function observedFrom(device: StoredDevice): ObservedDevice {
  const said = (value: string) =>
    value === '' || value === 'unknown'
      ? undefined
      : { value, confidence: CONFIDENCE, said: [value] }
  const { kind } = device
  return {
    id: device.id,
    name: device.name,
    kind: kind === 'device' || kind === 'infrastructure' || kind === 'person' ? kind : 'unknown',
    macs: device.macs,
    addresses: device.addresses,
    // The name that is shown is often made of maker and type: it is compared with nothing.
    attributes: {
      type: said(device.category),
      manufacturer: said(device.manufacturer),
      model: said(device.model),
      os: said(device.os),
      firmware: said(device.firmware),
    },
    lastSeen: device.lastSeen,
    // The lists' sites have names of their own; ours is where the sensor stands.
    site: '',
    owner: device.owner,
  }
}

function changesOf(
  { matched }: Comparison,
  stored: ReadonlyMap<string, StoredDevice>,
  fields: ImportRequest['fields'],
): ImportChange[] {
  return matched.flatMap(({ documented, observed }) => {
    const device = stored.get(observed.id)!
    return fields.flatMap((field) => {
      const after = documented[field]
      if (after === '' || after === device[field]) return []
      return [{ device: device.id, name: device.name, field, before: device[field], after }]
    })
  })
}

function previewOf({ lists, comparison, changes, digest }: Prepared): ImportPreview {
  const { matched, documentedOnly, observedOnly, doubts } = comparison
  const differing = matched.filter(({ differs }) => differs)
  return {
    lists: lists.map((list) => ({
      file: list.file,
      format: list.format === 'netbox' ? 'netbox' : 'csv',
      devices: list.devices.length,
      mapping: [...list.mapping],
      unread: [...list.unread],
      dropped: list.dropped,
      problems: list.problems.slice(0, SHOWN),
    })),
    counts: {
      matched: matched.length,
      differing: differing.length,
      documentedOnly: documentedOnly.length,
      observedOnly: observedOnly.length,
      doubts: doubts.length,
      changes: changes.length,
    },
    differing: differing.slice(0, SHOWN).map(({ documented, observed, by, fields }) => ({
      device: observed.id,
      documented: itemOf(documented),
      by,
      fields: fields
        .filter(({ outcome }) => outcome === 'differs')
        .map(({ field, documented: listed, observed: seen }) => ({
          field,
          documented: listed,
          observed: seen,
        })),
    })),
    documentedOnly: documentedOnly.slice(0, SHOWN).map(itemOf),
    observedOnly: observedOnly
      .slice(0, SHOWN)
      .map(({ id, name, kind }) => ({ device: id, name, kind })),
    doubts: doubts
      .slice(0, SHOWN)
      .map(({ documented, because }) => ({ documented: itemOf(documented), because })),
    changes: changes.slice(0, SHOWN),
    digest,
  }
}

const itemOf = (device: DocumentedDevice) => ({
  name: device.name,
  macs: [...device.macs],
  addresses: [...device.addresses],
  manufacturer: device.manufacturer,
  model: device.model,
  site: device.site,
  owner: device.owner,
  status: device.status,
  file: device.place.file,
  line: device.place.line,
})
