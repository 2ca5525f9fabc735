// The other side of a comparison: devices as they were observed, from a run, from the document
// that `watch --json` prints, or from a store.
import { OperatingError } from '../../core/errors.ts'
import type { AttributeName, Device, DeviceKind } from '../device.ts'
import { numberOf, objectOf, objectsOf, textOf, textsOf, type JsonObject } from './json.ts'

/** What is believed of an attribute, and how sure. */
export interface ObservedAttribute {
  readonly value: string
  /** 0 … 1. */
  readonly confidence: number
  /** Everything that was said for it or against it. */
  readonly said: readonly string[]
}

/** An observed device, as far as lists speak of devices. */
export interface ObservedDevice {
  readonly id: string
  readonly name: string
  readonly kind: DeviceKind
  readonly macs: readonly string[]
  /** Current ones last. */
  readonly addresses: readonly string[]
  readonly attributes: { readonly [name in AttributeName]?: ObservedAttribute }
  /** Microseconds; 0 when nobody knows. */
  readonly lastSeen: number
  /** '' where the source knows one site only. */
  readonly site: string
  /** '' while nobody is named. */
  readonly owner: string
}

const NAMES: readonly AttributeName[] = [
  'manufacturer',
  'type',
  'model',
  'os',
  'firmware',
  'hostname',
  'serial',
]

/** From the inventory of a run. */
export function observedOf(device: Device): ObservedDevice {
  const attributes: { [name in AttributeName]?: ObservedAttribute } = {}
  for (const name of NAMES) {
    const attribute = device.attributes[name]
    if (!attribute) continue
    const all = [...attribute.observations, ...attribute.contradictions]
    const said = [...new Set(all.map(({ value }) => value))]
    attributes[name] = { value: attribute.value, confidence: attribute.confidence, said }
  }
  return {
    id: device.id,
    name: device.name,
    kind: device.kind,
    macs: device.macs,
    addresses: device.addresses.map(({ address }) => address),
    attributes,
    lastSeen: device.lastSeen,
    site: '',
    owner: '',
  }
}

/** From the document of `watch --json`. Throws OperatingError `not-a-document`. */
export function observedFrom(file: string, text: string): ObservedDevice[] {
  let document: JsonObject | undefined
  try {
    document = objectOf(JSON.parse(text))
  } catch {
    document = undefined
  }
  if (
    !document ||
    textOf(document['schemaVersion']) === '' ||
    !Array.isArray(document['devices'])
  ) {
    const what = `${file}: not a document of 'thingward watch --json'`
    throw new OperatingError('not-a-document', what)
  }
  return objectsOf(document['devices']).map(deviceFrom)
}

function deviceFrom(object: JsonObject): ObservedDevice {
  const kind = textOf(object['kind'])
  const attributes: { [name in AttributeName]?: ObservedAttribute } = {}
  for (const name of NAMES) {
    const attribute = objectOf(objectOf(object['attributes'])?.[name])
    if (!attribute) continue
    const all = [...objectsOf(attribute['observations']), ...objectsOf(attribute['contradictions'])]
    attributes[name] = {
      value: textOf(attribute['value']),
      confidence: numberOf(attribute['confidence']) || 0,
      said: [...new Set(all.map((one) => textOf(one['value'])))],
    }
  }
  return {
    id: textOf(object['id']),
    name: textOf(object['name']),
    kind: kind === 'device' || kind === 'infrastructure' || kind === 'person' ? kind : 'unknown',
    macs: textsOf(object['macs']),
    addresses: textsOf(object['addresses']),
    attributes,
    lastSeen: numberOf(object['lastSeen']) || 0,
    site: '',
    owner: '',
  }
}
