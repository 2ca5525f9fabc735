// OPC UA's binary encoding (OPC 10000-6 clause 5.2): strings, node ids, extension objects, and the
// structures that name an application or an endpoint. Bounded by the cursor; lists are cut to what
// is kept.
import type { Cursor } from '../core/cursor.ts'
import { clip } from './protocol.ts'

export type OpcuaApplication = {
  readonly uri: string
  readonly product: string
  readonly name: string
  /** 'server', 'client', 'client-and-server', 'discovery-server'. */
  readonly role?: string
}

export type OpcuaEndpoint = {
  readonly url: string
  /** Message security: 'none', 'sign', 'sign-and-encrypt'. */
  readonly mode: string
  /** Last part of the policy's URI, e.g. 'Basic256Sha256', 'None'. */
  readonly policy: string
  /** How users may log in: 'anonymous', 'user-name', 'certificate', 'issued-token'. */
  readonly tokens: readonly string[]
}

const ROLES = ['server', 'client', 'client-and-server', 'discovery-server']
const MODES = ['invalid', 'none', 'sign', 'sign-and-encrypt']
const TOKENS = ['anonymous', 'user-name', 'certificate', 'issued-token'] as const
export type OpcuaToken = (typeof TOKENS)[number]
const TOKENS_MAX = 8
const URLS_MAX = 64

/** A String of at most 256 characters; null and broken ones are ''. */
export function readString(cursor: Cursor): string {
  const length = cursor.u32le()
  if (length === 0xffffffff) return ''
  if (!cursor.has(length)) {
    cursor.overrun = true
    return ''
  }
  const end = cursor.offset + length
  const text = clip(cursor.utf8(Math.min(length, 1024)))
  cursor.seek(end)
  return text
}

/** Skips a String or ByteString. */
export function skipString(cursor: Cursor): void {
  const length = cursor.u32le()
  if (length !== 0xffffffff) cursor.skip(length)
}

/** A NodeId as OPC 10000-6 5.3.1.10 writes it, e.g. 'i=2258', 'ns=2;s=Pump'. */
export function readNodeId(cursor: Cursor): string {
  const flags = cursor.u8()
  const text = nodeText(cursor, flags & 0x3f)
  if ((flags & 0x80) !== 0) skipString(cursor)
  if ((flags & 0x40) !== 0) cursor.skip(4)
  return text
}

function nodeText(cursor: Cursor, kind: number): string {
  const named = (space: number, letter: string, value: string | number) =>
    space === 0 ? `${letter}=${value}` : `ns=${space};${letter}=${value}`
  if (kind === 0) return named(0, 'i', cursor.u8())
  if (kind === 1) return named(cursor.u8(), 'i', cursor.u16le())
  const space = cursor.u16le()
  if (kind === 2) return named(space, 'i', cursor.u32le())
  if (kind === 3) return named(space, 's', clip(readString(cursor), 128))
  if (kind === 4) return named(space, 'g', cursor.hex(16))
  if (kind === 5) {
    skipString(cursor)
    return named(space, 'b', 'opaque')
  }
  cursor.overrun = true
  return ''
}

/** The numeric identifier of a type in namespace 0, as messages begin; -1 for any other node id. */
export function readTypeId(cursor: Cursor): number {
  const kind = cursor.u8()
  if (kind === 0) return cursor.u8()
  if (kind === 1) return cursor.u8() === 0 ? cursor.u16le() : -1
  if (kind === 2) return cursor.u16le() === 0 ? cursor.u32le() : -1
  return -1
}

/** Skips an ExtensionObject: type, encoding, body. */
export function skipExtension(cursor: Cursor): void {
  readNodeId(cursor)
  if (cursor.u8() > 0) skipString(cursor)
}

/** A LocalizedText's text. */
export function readLocalized(cursor: Cursor): string {
  const mask = cursor.u8()
  if ((mask & 1) !== 0) skipString(cursor)
  return (mask & 2) !== 0 ? readString(cursor) : ''
}

/** How many elements a list has; -1 (null) is 0. */
export function readCount(cursor: Cursor): number {
  const count = cursor.u32le()
  return count === 0xffffffff ? 0 : count
}

export function skipStrings(cursor: Cursor): void {
  const count = readCount(cursor)
  for (let index = 0; index < count && !cursor.overrun; index++) {
    if (index >= URLS_MAX) cursor.overrun = true
    else skipString(cursor)
  }
}

/** ApplicationDescription (OPC 10000-4 clause 7.2). */
export function readApplication(cursor: Cursor): OpcuaApplication {
  const uri = readString(cursor)
  const product = readString(cursor)
  const name = readLocalized(cursor)
  const role = ROLES[cursor.u32le()]
  skipString(cursor)
  skipString(cursor)
  skipStrings(cursor)
  return { uri, product, name, role }
}

/** The part behind '#' of a security policy's URI. */
export const policyName = (uri: string) => clip(uri.slice(uri.indexOf('#') + 1), 64)

/** EndpointDescription (OPC 10000-4 clause 7.14) and the application that offers it. */
export function readEndpoint(cursor: Cursor): {
  endpoint: OpcuaEndpoint
  application: OpcuaApplication
} {
  const url = readString(cursor)
  const application = readApplication(cursor)
  skipString(cursor)
  const mode = MODES[cursor.u32le()] ?? 'invalid'
  const policy = policyName(readString(cursor))
  const tokens: string[] = []
  const count = readCount(cursor)
  for (let index = 0; index < count && !cursor.overrun; index++) {
    skipString(cursor)
    const token = TOKENS[cursor.u32le()] ?? 'other'
    if (tokens.length < TOKENS_MAX && !tokens.includes(token)) tokens.push(token)
    for (let text = 0; text < 3; text++) skipString(cursor)
  }
  skipString(cursor)
  cursor.skip(1)
  return { endpoint: { url, mode, policy, tokens }, application }
}

/** Skips a DiagnosticInfo (OPC 10000-6 clause 5.2.2.12); nested deeper than `depth` is broken. */
export function skipDiagnostic(cursor: Cursor, depth = 4): void {
  const mask = cursor.u8()
  for (const bit of [1, 2, 4, 8]) if ((mask & bit) !== 0) cursor.skip(4)
  if ((mask & 16) !== 0) skipString(cursor)
  if ((mask & 32) !== 0) cursor.skip(4)
  if ((mask & 64) === 0) return
  if (depth === 0) cursor.overrun = true
  else skipDiagnostic(cursor, depth - 1)
}
