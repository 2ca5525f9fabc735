// OPC UA's services (OPC 10000-4): reads the bodies of requests and responses that say who a server
// is, who logs in, and which nodes are touched. Passwords are neither read nor said.
import type { Cursor } from '../core/cursor.ts'
import type { Certificate } from './certificate.ts'
import type { Footing } from './footing.ts'
import {
  readApplication,
  readCount,
  readEndpoint,
  readNodeId,
  readString,
  readTypeId,
  skipDiagnostic,
  skipExtension,
  skipString,
  skipStrings,
  type OpcuaApplication,
  type OpcuaEndpoint,
  type OpcuaToken,
} from './opcua-binary.ts'
import { BUILD, MESSAGE } from './opcua-names.ts'
import type { Operation } from './operation.ts'

export type OpcuaFields = {
  readonly kind: 'hello' | 'reverse-hello' | 'acknowledge' | 'open' | 'message' | 'close' | 'error'
  readonly operation?: Operation
  readonly endpointUrl?: string
  readonly securityPolicy?: string
  /** Certificate of the sender of an 'open'. */
  readonly certificate?: Certificate
  /** Service without 'Request' or 'Response', e.g. 'Write'. */
  readonly service?: string
  readonly response?: true
  /** Status code of a response that is not good, eight hexadecimal digits; of an error too. */
  readonly status?: string
  /**
   * Read, write, browse, call: the first node (for a call the object), the method, and how many.
   */
  readonly node?: string
  readonly method?: string
  readonly count?: number
  /** ActivateSession: how the user logs in, and who. */
  readonly credentials?: OpcuaToken
  readonly user?: string
  /** The password crosses the wire without encryption. */
  readonly clear?: true
  readonly application?: OpcuaApplication
  readonly sessionName?: string
  readonly endpoints?: readonly OpcuaEndpoint[]
  /**
   * BuildInfo variables that were read: productName, manufacturer, softwareVersion, buildNumber.
   */
  readonly values?: { readonly [name: string]: string }
}

/** What is kept of a connection. */
export type OpcuaState = Footing & {
  securityPolicy: string
  /**
   * By direction: bytes of a large chunk still to pass by, and whether the next chunk continues.
   */
  skip: [number, number]
  continues: [boolean, boolean]
  /** Publish was said. */
  published: boolean
  /** BuildInfo variables of the last read, by request id. */
  reads: { id: number; names: (string | undefined)[] } | undefined
}

/** Fields while they are being read. */
export type OpcuaDraft = { -readonly [Name in keyof OpcuaFields]: OpcuaFields[Name] }

const ENDPOINTS_MAX = 16
const READS_MAX = 32

/** Status codes are written as eight hexadecimal digits. */
export const hex32 = (value: number) => value.toString(16).padStart(8, '0')

/** RequestHeader (OPC 10000-4 clause 7.32). */
function skipRequestHeader(body: Cursor): void {
  readNodeId(body)
  body.skip(8 + 4 + 4)
  skipString(body)
  body.skip(4)
  skipExtension(body)
}

/** ResponseHeader (clause 7.33); the service result. */
function readResponseHeader(body: Cursor): number {
  body.skip(8 + 4)
  const result = body.u32le()
  skipDiagnostic(body)
  skipStrings(body)
  skipExtension(body)
  return result
}

/** UserIdentityToken of ActivateSession; passwords are neither read nor said. */
function readLogin(body: Cursor, fields: OpcuaDraft, policy: string): void {
  skipString(body)
  skipString(body)
  const certificates = readCount(body)
  for (let index = 0; index < certificates && !body.overrun; index++) {
    skipString(body)
    skipString(body)
  }
  skipStrings(body)
  const type = readTypeId(body)
  if (body.u8() !== 1) return
  body.skip(4)
  skipString(body)
  if (type === 321) fields.credentials = 'anonymous'
  else if (type === 327) fields.credentials = 'certificate'
  else if (type === 940) fields.credentials = 'issued-token'
  else if (type === 324) {
    fields.credentials = 'user-name'
    fields.user = readString(body)
    skipString(body)
    const algorithm = readString(body)
    if (algorithm === '' && policy === 'None') fields.clear = true
  }
}

function readEndpoints(body: Cursor, fields: OpcuaDraft): void {
  const count = Math.min(readCount(body), ENDPOINTS_MAX)
  const endpoints: OpcuaEndpoint[] = []
  for (let index = 0; index < count; index++) {
    const { endpoint, application } = readEndpoint(body)
    if (body.overrun) break
    fields.application ??= application
    endpoints.push(endpoint)
  }
  fields.endpoints = endpoints
}

/** The nodes of a read, and which of them are BuildInfo variables. */
function readNodes(body: Cursor, fields: OpcuaDraft, state: OpcuaState, id: number): void {
  body.skip(8 + 4)
  const count = readCount(body)
  fields.count = count
  const names: (string | undefined)[] = []
  for (let index = 0; index < Math.min(count, READS_MAX); index++) {
    const node = readNodeId(body)
    const attribute = body.u32le()
    skipString(body)
    body.skip(2)
    skipString(body)
    if (body.overrun) break
    fields.node ??= node
    names.push(attribute === 13 ? BUILD.get(node) : undefined)
  }
  state.reads = names.some(Boolean) ? { id, names } : undefined
}

/**
 * Texts among the results of a read of BuildInfo variables; any other kind of value ends the walk.
 */
function readBuild(body: Cursor, names: readonly (string | undefined)[]): Record<string, string> {
  const values: Record<string, string> = {}
  const count = Math.min(readCount(body), names.length)
  for (let index = 0; index < count; index++) {
    const mask = body.u8()
    if ((mask & 1) !== 0) {
      if (body.u8() !== 12) break
      const text = readString(body)
      const name = names[index]
      if (name && !body.overrun) values[name] = text
    }
    if ((mask & 2) !== 0) body.skip(4)
    if ((mask & 4) !== 0) body.skip(8)
    if ((mask & 16) !== 0) body.skip(2)
    if ((mask & 8) !== 0) body.skip(8)
    if ((mask & 32) !== 0) body.skip(2)
  }
  return values
}

export function readRequest(
  body: Cursor,
  fields: OpcuaDraft,
  type: number,
  state: OpcuaState,
  id: number,
): void {
  skipRequestHeader(body)
  switch (type) {
    case MESSAGE.getEndpointsRequest:
      fields.endpointUrl = readString(body)
      return
    case MESSAGE.createSessionRequest:
      fields.application = readApplication(body)
      skipString(body)
      fields.endpointUrl = readString(body)
      fields.sessionName = readString(body)
      return
    case MESSAGE.activateSessionRequest:
      readLogin(body, fields, state.securityPolicy)
      return
    case MESSAGE.readRequest:
      readNodes(body, fields, state, id)
      return
    case MESSAGE.browseRequest:
      readNodeId(body)
      body.skip(8 + 4 + 4)
      fields.count = readCount(body)
      fields.node = readNodeId(body)
      return
    case MESSAGE.writeRequest:
      fields.count = readCount(body)
      fields.node = readNodeId(body)
      return
    case MESSAGE.callRequest:
      fields.count = readCount(body)
      fields.node = readNodeId(body)
      fields.method = readNodeId(body)
      return
    default:
  }
}

export function readResponse(
  body: Cursor,
  fields: OpcuaDraft,
  type: number,
  state: OpcuaState,
  id: number,
): void {
  fields.response = true
  const status = readResponseHeader(body)
  if (status >= 0x40000000) fields.status = hex32(status)
  if (type === MESSAGE.getEndpointsResponse) readEndpoints(body, fields)
  else if (type === MESSAGE.createSessionResponse) {
    readNodeId(body)
    readNodeId(body)
    body.skip(8)
    skipString(body)
    skipString(body)
    readEndpoints(body, fields)
  } else if (type === MESSAGE.findServersResponse && readCount(body) > 0) {
    fields.application = readApplication(body)
  } else if (type === MESSAGE.readResponse && state.reads?.id === id) {
    const values = readBuild(body, state.reads.names)
    if (Object.keys(values).length > 0) fields.values = values
    state.reads = undefined
  }
}
