// CIP messages (ODVA, The CIP Networks Library volume 1): requests with their path, replies with
// their status, identity objects, and what Forward Open says of both ends. EtherNet/IP carries
// them.
import type { Cursor } from '../core/cursor.ts'
import { CLASS, cipService, pcccCommand } from './cip-names.ts'
import type { Operation } from './operation.ts'
import { clip } from './protocol.ts'

export type CipIdentity = {
  readonly vendorId: number
  readonly deviceType: number
  readonly productCode: number
  /** `major.minor`. */
  readonly revision: string
  readonly status?: number
  /** Eight hexadecimal digits. */
  readonly serial?: string
  readonly productName?: string
  /** Identity object state: 3 is operational. */
  readonly state?: number
}

/** A logical path: which object a request addresses. */
export type CipPath = {
  class?: number
  instance?: number
  attribute?: number
  /** Symbolic tag, parts joined by '.'. */
  tag?: string
  /** Electronic key: what the sender expects the device to be. */
  key?: CipIdentity
  /** Hops through ports, 'port/link' joined by ','. */
  route?: string
}

export type CipRequest = {
  readonly service: number
  readonly name: string
  readonly operation: Operation
  readonly class?: number
  readonly instance?: number
  readonly attribute?: number
  readonly tag?: string
  /** Forward Open: the device that asks. */
  readonly originatorVendorId?: number
  readonly originatorSerial?: string
  /** Forward Open: what the asked device must be. */
  readonly expected?: CipIdentity
  /** Unconnected Send: ports and links the message passes. */
  readonly route?: string
}

const SEGMENTS_MAX = 16
const TAG_LENGTH = 128
const MULTIPLE_MAX = 32

const hex32 = (value: number) => value.toString(16).padStart(8, '0')

/** A logical segment's value: 8 bits, or padded 16 or 32 bits. */
function logicalValue(path: Cursor, format: number): number {
  if (format === 0) return path.u8()
  path.skip(1)
  return format === 1 ? path.u16le() : path.u32le()
}

/** Reads a padded path (volume 1, appendix C); unknown segments end it. */
export function readPath(path: Cursor): CipPath {
  const found: CipPath = {}
  for (let segment = 0; segment < SEGMENTS_MAX && path.remaining >= 2; segment++) {
    const type = path.u8()
    if (type === 0x34) {
      const format = path.u8()
      if (format !== 4) return found
      found.key = readKey(path)
    } else if (type >= 0x20 && type < 0x40) {
      const value = logicalValue(path, type & 3)
      const kind = (type >> 2) & 7
      if (kind === 0) found.class = value
      else if (kind === 1) found.instance = value
      else if (kind === 4) found.attribute = value
    } else if (type === 0x91) {
      const length = path.u8()
      const text = clip(path.latin1(length), TAG_LENGTH)
      if ((length & 1) === 1) path.skip(1)
      found.tag = found.tag === undefined ? text : clip(`${found.tag}.${text}`, TAG_LENGTH)
    } else if (type > 0 && type < 0x20) readPort(path, type, found)
    else if (type === 0x80) path.skip(path.u8() * 2)
    else if (type >= 0x40 && type < 0x50) path.skip(1)
    else if (type >= 0x50 && type < 0x60) path.skip(path.u8() * 2)
    else return found
  }
  return found
}

/** Port segment: a port number and a link address of one byte, or of a stated length. */
function readPort(path: Cursor, type: number, found: CipPath): void {
  const extended = (type & 0x10) !== 0
  const length = extended ? path.u8() : 1
  const port = (type & 15) === 15 ? path.u16le() : type & 15
  const link = extended ? clip(path.latin1(length), 32) : String(path.u8())
  if (extended && (length & 1) === 1) path.skip(1)
  const hop = `${port}/${link}`
  found.route = found.route === undefined ? hop : clip(`${found.route},${hop}`)
}

function readKey(path: Cursor): CipIdentity | undefined {
  const vendorId = path.u16le()
  const deviceType = path.u16le()
  const productCode = path.u16le()
  const major = path.u8() & 127
  const minor = path.u8()
  if (vendorId === 0 && productCode === 0) return undefined
  return { vendorId, deviceType, productCode, revision: `${major}.${minor}` }
}

/** The identity as ListIdentity and the identity object give it: vendor to product name. */
export function readIdentity(cursor: Cursor): CipIdentity {
  const vendorId = cursor.u16le()
  const deviceType = cursor.u16le()
  const productCode = cursor.u16le()
  const revision = `${cursor.u8()}.${cursor.u8()}`
  const status = cursor.u16le()
  const serial = hex32(cursor.u32le())
  const productName = clip(cursor.latin1(cursor.u8()).trim())
  return { vendorId, deviceType, productCode, revision, status, serial, productName }
}

/**
 * Reads a request and hands it to `say`; messages inside an Unconnected Send or a Multiple Service
 * Packet are handed over instead of their wrapping. `nested` is how deep this one is wrapped
 * already.
 */
export function readRequest(
  cursor: Cursor,
  say: (request: CipRequest) => void,
  route?: string,
  nested = 0,
): void {
  const service = cursor.u8()
  const path = readPath(cursor.sub(cursor.u8() * 2))
  if (cursor.overrun || service >= 128) return
  const [name, operation] = cipService(service, path.class)
  if (nested < 2 && path.class === CLASS.connectionManager && service === 0x52) {
    unwrapSend(cursor, say, nested)
    return
  }
  if (nested < 2 && service === 0x0a) {
    unwrapMultiple(cursor, say, route, nested)
    return
  }
  const request: CipRequest = { service, name, operation }
  const known = addressed(request, path, route)
  if (service === 0x4b && path.class === CLASS.pccc) say(withCommand(cursor, known))
  else if (operation === 'other' && (service === 0x54 || service === 0x5b)) {
    say(withConnection(cursor, known, service === 0x5b))
  } else say(known)
}

/** Adds the object only where the path shows it, so that the commonest requests stay small. */
function addressed(request: CipRequest, path: CipPath, route: string | undefined): CipRequest {
  if (path.class !== undefined) {
    const { class: objectClass, instance, attribute, tag } = path
    const full = { ...request, class: objectClass, instance, attribute }
    if (tag === undefined && route === undefined) return full
    return { ...full, tag, route }
  }
  return { ...request, tag: path.tag, route }
}

function unwrapSend(cursor: Cursor, say: (request: CipRequest) => void, nested: number): void {
  cursor.skip(2)
  const length = cursor.u16le()
  const inner = cursor.sub(length)
  if ((length & 1) === 1) cursor.skip(1)
  const words = cursor.u8()
  cursor.skip(1)
  const route = readPath(cursor.sub(Math.min(words * 2, cursor.remaining))).route
  readRequest(inner, say, route, nested + 1)
}

function unwrapMultiple(
  cursor: Cursor,
  say: (request: CipRequest) => void,
  route: string | undefined,
  nested: number,
): void {
  const base = cursor.offset
  const count = Math.min(cursor.u16le(), MULTIPLE_MAX)
  const offsets = Array.from({ length: count }, () => cursor.u16le())
  if (cursor.overrun) return
  for (const [index, offset] of offsets.entries()) {
    const end = offsets[index + 1] ?? cursor.end - base
    if (offset < 2 || end <= offset || base + end > cursor.end) continue
    cursor.seek(base + offset)
    readRequest(cursor.sub(end - offset), say, route, nested + 1)
  }
}

/** PCCC in CIP: the requestor's id, then command, status, transaction, function. */
function withCommand(cursor: Cursor, request: CipRequest): CipRequest {
  const length = cursor.u8()
  cursor.skip(Math.max(0, length - 1))
  const command = cursor.u8()
  cursor.skip(3)
  const [name, operation] = pcccCommand(command & 15, cursor.u8())
  return cursor.overrun ? request : { ...request, name, operation }
}

function withConnection(cursor: Cursor, request: CipRequest, large: boolean): CipRequest {
  cursor.skip(12)
  const originatorVendorId = cursor.u16le()
  const originatorSerial = hex32(cursor.u32le())
  cursor.skip(4 + (large ? 16 : 12) + 1)
  const path = readPath(cursor.sub(Math.min(cursor.u8() * 2, cursor.remaining)))
  if (cursor.overrun) return request
  const { key, route } = path
  return { ...request, originatorVendorId, originatorSerial, expected: key, route }
}
