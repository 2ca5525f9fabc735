// BACnet's application layer (ANSI/ASHRAE 135 clauses 13-16 and 20.1): reads an APDU into fields.
// Passwords of control services are skipped, never read; values are said only of what identifies a
// device object.
import type { Cursor } from '../core/cursor.ts'
import {
  COMMUNICATION,
  DEVICE,
  IDENTIFYING,
  RESTARTS,
  confirmedService,
  objectTypeName,
  propertyName,
  unconfirmedService,
} from './bacnet-names.ts'
import {
  TYPE,
  contextNumber,
  isClosing,
  isContext,
  isOpening,
  readNumber,
  readTag,
  readText,
  skipValue,
} from './bacnet-tags.ts'
import type { Operation } from './operation.ts'

export type BacnetFields = {
  readonly kind:
    | 'confirmed'
    | 'unconfirmed'
    | 'simple-ack'
    | 'complex-ack'
    | 'error'
    | 'reject'
    | 'abort'
    | 'network'
  readonly service?: string
  readonly operation: Operation
  readonly bvlc: string
  /** Original sender of a forwarded NPDU, `address:port`. */
  readonly origin?: string
  /** Network and hexadecimal station of a sender behind a router. */
  readonly sourceNetwork?: number
  readonly sourceStation?: string
  readonly destinationNetwork?: number
  readonly objectType?: string
  readonly instance?: number
  readonly property?: string
  readonly deviceInstance?: number
  readonly vendorId?: number
  /** Identifying properties of a device object, by property name. */
  readonly values?: { readonly [property: string]: string | number }
  /** What a control service asks for: 'cold-start', 'disable', … */
  readonly command?: string
  /** Error code, reject or abort reason. */
  readonly error?: number
}

/** Fields while they are being read. */
export type BacnetDraft = { -readonly [Name in keyof BacnetFields]: BacnetFields[Name] }

/** Objects of one read-property-multiple that are looked at. */
const OBJECTS_MAX = 64

function readObject(cursor: Cursor, fields: BacnetDraft, length: number): void {
  const identifier = readNumber(cursor, length)
  const type = identifier >>> 22
  fields.objectType = objectTypeName(type)
  fields.instance = identifier & 0x3fffff
  if (type === DEVICE) fields.deviceInstance = fields.instance
}

/** Reads one application value of the device object if it identifies it; else skips it. */
function readValue(cursor: Cursor, fields: BacnetDraft, property: number): void {
  if (fields.objectType !== 'device' || !IDENTIFYING.has(property)) {
    skipValue(cursor)
    return
  }
  const tag = readTag(cursor)
  let value: string | number | undefined
  if (!tag.context && tag.number === TYPE.text) value = readText(cursor, tag.length)
  else if (!tag.context && tag.number === TYPE.unsigned) value = readNumber(cursor, tag.length)
  else cursor.skip(tag.length)
  if (value === undefined || cursor.overrun) return
  fields.values = { ...fields.values, [propertyName(property)]: value }
  if (property === 120 && typeof value === 'number') fields.vendorId = value
}

/** ReadProperty, WriteProperty and their acknowledgement: object, property, index, value. */
function readPropertyService(cursor: Cursor, fields: BacnetDraft): void {
  if (!isContext(cursor, 0)) return
  readObject(cursor, fields, readTag(cursor).length)
  const property = contextNumber(cursor, 1)
  if (property === undefined) return
  fields.property = propertyName(property)
  contextNumber(cursor, 2)
  if (!isOpening(cursor, 3)) return
  readTag(cursor)
  readValue(cursor, fields, property)
}

/**
 * Objects, each with a list of properties: in requests by tag 0, in answers by tag 2 with tag 4
 * values.
 */
function readMultiple(cursor: Cursor, fields: BacnetDraft, answer: boolean): void {
  const rest: BacnetDraft = { ...fields }
  for (let object = 0; object < OBJECTS_MAX && isContext(cursor, 0); object++) {
    readObject(cursor, rest, readTag(cursor).length)
    if (fields.objectType === undefined) {
      fields.objectType = rest.objectType
      fields.instance = rest.instance
    }
    fields.deviceInstance ??= rest.deviceInstance
    if (!isOpening(cursor, 1)) break
    readTag(cursor)
    while (!isClosing(cursor, 1) && cursor.has(2) && !cursor.overrun) {
      const property = contextNumber(cursor, answer ? 2 : 0)
      if (property === undefined) break
      fields.property ??= propertyName(property)
      contextNumber(cursor, answer ? 3 : 1)
      if (answer && isOpening(cursor, 4)) {
        readTag(cursor)
        if (isClosing(cursor, 4)) readTag(cursor)
        else readValues(cursor, rest, property)
      } else if (answer && isOpening(cursor, 5)) skipValue(cursor)
      else if (!answer && isOpening(cursor, 2)) skipValue(cursor)
      if (!answer) contextNumber(cursor, 3)
    }
    if (!isClosing(cursor, 1)) break
    readTag(cursor)
  }
  fields.values = rest.values
  fields.vendorId = rest.vendorId
}

/** A value inside tag 4, with whatever follows it in a list. */
function readValues(cursor: Cursor, fields: BacnetDraft, property: number): void {
  readValue(cursor, fields, property)
  while (!isClosing(cursor, 4) && cursor.has(1) && !cursor.overrun) skipValue(cursor)
  if (isClosing(cursor, 4)) readTag(cursor)
}

function readConfirmed(cursor: Cursor, fields: BacnetDraft, choice: number, answer: boolean): void {
  switch (choice) {
    case 12:
    case 15:
      readPropertyService(cursor, fields)
      return
    case 14:
      readMultiple(cursor, fields, answer)
      return
    case 16:
      readMultipleWrite(cursor, fields)
      return
    case 17:
      contextNumber(cursor, 0)
      fields.command = COMMUNICATION[contextNumber(cursor, 1) ?? -1]
      return
    case 20:
      fields.command = RESTARTS[contextNumber(cursor, 0) ?? -1]
      return
    case 8:
    case 9:
    case 26:
      if (isContext(cursor, 0)) readObject(cursor, fields, readTag(cursor).length)
      fields.property = propertyOf(contextNumber(cursor, 1))
      return
    case 6:
    case 7:
    case 11:
      if (!answer && cursor.peek() === 0xc4) readObject(cursor, fields, readTag(cursor).length)
      return
    case 5:
      contextNumber(cursor, 0)
      if (isContext(cursor, 1)) readObject(cursor, fields, readTag(cursor).length)
      return
    default:
  }
}

const propertyOf = (property: number | undefined) =>
  property === undefined ? undefined : propertyName(property)

/** WritePropertyMultiple: the first object and property are said. */
function readMultipleWrite(cursor: Cursor, fields: BacnetDraft): void {
  if (!isContext(cursor, 0)) return
  readObject(cursor, fields, readTag(cursor).length)
  if (!isOpening(cursor, 1)) return
  readTag(cursor)
  fields.property = propertyOf(contextNumber(cursor, 0))
}

function readUnconfirmed(cursor: Cursor, fields: BacnetDraft, choice: number): void {
  if (choice === 0) {
    const object = readTag(cursor)
    if (object.context || object.number !== TYPE.object) return
    readObject(cursor, fields, object.length)
    skipValue(cursor)
    skipValue(cursor)
    const vendor = readTag(cursor)
    const vendorId = readNumber(cursor, vendor.length)
    if (!cursor.overrun && vendor.number === TYPE.unsigned) fields.vendorId = vendorId
  } else if (choice === 1) {
    const device = readTag(cursor)
    const identifier = readNumber(cursor, device.length)
    fields.deviceInstance = identifier & 0x3fffff
    const object = readTag(cursor)
    const found: BacnetDraft = { kind: 'unconfirmed', operation: 'discovery', bvlc: '' }
    readObject(cursor, found, object.length)
    fields.objectType = found.objectType
    fields.instance = found.instance
  } else if (choice === 2) {
    contextNumber(cursor, 0)
    const initiating = contextNumber(cursor, 1)
    if (initiating !== undefined) fields.deviceInstance = initiating & 0x3fffff
  } else if (choice === 13) {
    fields.vendorId = readNumber(cursor, readTag(cursor).length)
    const model = readText(cursor, readTag(cursor).length)
    const serial = readText(cursor, readTag(cursor).length)
    if (!cursor.overrun) fields.values = { 'model-name': model, 'serial-number': serial }
  }
}

/** Reads an APDU (clause 20.1) into `fields`; false when there is nothing to say. */
export function readApdu(cursor: Cursor, fields: BacnetDraft): boolean {
  const first = cursor.u8()
  const segmented = (first & 8) !== 0
  switch (first >> 4) {
    case 0:
    case 3: {
      const request = first >> 4 === 0
      cursor.skip(request ? 2 : 1)
      const part = segmented ? cursor.u8() : 0
      if (segmented) cursor.skip(1)
      if (part > 0) return false
      const choice = cursor.u8()
      const [service, operation] = confirmedService(choice)
      fields.kind = request ? 'confirmed' : 'complex-ack'
      fields.service = service
      fields.operation = operation
      readConfirmed(cursor, fields, choice, !request)
      if (segmented) cursor.overrun = false
      return true
    }
    case 1: {
      const choice = cursor.u8()
      const [service, operation] = unconfirmedService(choice)
      fields.kind = 'unconfirmed'
      fields.service = service
      fields.operation = operation
      readUnconfirmed(cursor, fields, choice)
      return true
    }
    case 2:
    case 5: {
      cursor.skip(1)
      const [service, operation] = confirmedService(cursor.u8())
      fields.kind = first >> 4 === 2 ? 'simple-ack' : 'error'
      fields.service = service
      fields.operation = operation
      if (fields.kind === 'error') fields.error = errorCode(cursor)
      return true
    }
    case 6:
    case 7:
      cursor.skip(1)
      fields.kind = first >> 4 === 6 ? 'reject' : 'abort'
      fields.error = cursor.u8()
      return true
    default:
      return false
  }
}

/** Error class and code, plain or wrapped in context tag 0; the code is said. */
function errorCode(cursor: Cursor): number | undefined {
  if (isOpening(cursor, 0)) readTag(cursor)
  skipValue(cursor)
  const tag = readTag(cursor)
  return tag.number === TYPE.enumerated ? readNumber(cursor, tag.length) : undefined
}
