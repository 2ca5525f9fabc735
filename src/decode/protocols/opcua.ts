// OPC UA over TCP: end points and applications as servers describe them, security policies, which
// services pass, which nodes are written and called, how users log in (never their passwords).
import type { Cursor } from '../../core/cursor.ts'
import { readCertificate } from '../certificate.ts'
import { stand, stumble } from '../footing.ts'
import { policyName, readString, readTypeId, skipString } from '../opcua-binary.ts'
import { MESSAGE, opcuaService } from '../opcua-names.ts'
import {
  hex32,
  readRequest,
  readResponse,
  type OpcuaDraft,
  type OpcuaState,
} from '../opcua-services.ts'
import {
  MAYBE,
  MORE,
  NEXT,
  NO,
  YES,
  tcp,
  type Certainty,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'

export type { OpcuaFields } from '../opcua-services.ts'

const HEADER = 8
/** Of a larger chunk only so much is read. */
const HEAD_MAX = 8192
const CHUNK_MAX = 1 << 20
const F = 0x46
const C = 0x43
const A = 0x41

const TYPES = {
  HEL: 0x48454c,
  ACK: 0x41434b,
  ERR: 0x455252,
  RHE: 0x524845,
  OPN: 0x4f504e,
  MSG: 0x4d5347,
  CLO: 0x434c4f,
} as const
const KNOWN = new Set<number>(Object.values(TYPES))

const fresh = (): OpcuaState => ({
  misfits: 0,
  securityPolicy: 'None',
  skip: [0, 0],
  continues: [false, false],
  published: false,
  reads: undefined,
})

/** The three letters of a message at the cursor when header and size fit, else -1. */
function headerType(cursor: Cursor): number {
  const type = (cursor.peek16() << 8) | cursor.peek(2)
  const chunk = cursor.peek(3)
  if (!KNOWN.has(type) || (chunk !== F && chunk !== C && chunk !== A)) return -1
  const size = chunkSize(cursor)
  return size >= HEADER && size <= CHUNK_MAX ? type : -1
}

const chunkSize = (cursor: Cursor) =>
  cursor.peek(4) + cursor.peek(5) * 256 + cursor.peek(6) * 65536 + cursor.peek(7) * 16777216

/** A chunk of OPN, MSG or CLO: channel, token or security header, sequence, then the service. */
function sayService(body: Cursor, message: Message, state: OpcuaState, type: number): void {
  body.skip(4)
  const fields: OpcuaDraft = { kind: type === TYPES.OPN ? 'open' : 'message' }
  if (type === TYPES.OPN) {
    const uri = readString(body)
    state.securityPolicy = policyName(uri)
    const length = body.u32le()
    const certificate = body.sub(length === 0xffffffff ? 0 : length)
    if (!message.fromOriginator && certificate.remaining === 0) return
    fields.operation = 'other'
    fields.securityPolicy = state.securityPolicy
    fields.certificate = readCertificate(certificate.bytes, certificate.offset, certificate.end)
    if (!body.overrun) message.emit(fields)
    return
  }
  body.skip(4 + 4)
  const id = body.u32le()
  const service = readTypeId(body)
  const row = opcuaService(service)
  if (!row) return
  const publish = service === MESSAGE.publishRequest || service === MESSAGE.publishResponse
  if (publish && state.published) return
  state.published ||= publish
  fields.service = row[0]
  fields.operation = row[1]
  if (row[2]) readResponse(body, fields, service, state, id)
  else readRequest(body, fields, service, state, id)
  if (body.overrun) message.anomaly('opcua-short')
  message.emit(fields)
}

function sayChunk(body: Cursor, message: Message, state: OpcuaState, type: number): void {
  if (type === TYPES.HEL || type === TYPES.RHE) {
    if (type === TYPES.HEL) body.skip(20)
    else skipString(body)
    const kind = type === TYPES.HEL ? 'hello' : 'reverse-hello'
    message.emit({ kind, operation: 'other', endpointUrl: readString(body) })
  } else if (type === TYPES.ERR) {
    const status = hex32(body.u32le())
    message.emit({ kind: 'error', operation: 'other', status })
  } else if (type === TYPES.CLO) message.emit({ kind: 'close', operation: 'other' })
  else if (type === TYPES.OPN || type === TYPES.MSG) sayService(body, message, state, type)
}

export const protocol: Protocol = {
  id: 'opcua',
  title: 'OPC UA',
  spec: 'OPC 10000-6',
  over: [tcp(4840)],
  industrial: true,
  startsWith: [0x48, 0x41, 0x45, 0x52, 0x4f, 0x4d, 0x43],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    if (!cursor.has(HEADER)) return NO
    const type = headerType(cursor)
    if (type < 0) return NO
    return type === TYPES.ACK || type === TYPES.ERR || chunkSize(cursor) >= 24 ? YES : MAYBE
  },

  decode(cursor: Cursor, message: Message): Progress {
    const side = message.fromOriginator ? 0 : 1
    const known = message.state as OpcuaState | undefined
    // After a hole in the stream the count is wrong: a message at a segment's start ends it.
    if (known && known.skip[side] > 0 && headerType(cursor) < 0) {
      const count = Math.min(known.skip[side], cursor.remaining)
      known.skip[side] -= count
      cursor.skip(count)
      return NEXT
    }
    if (!cursor.has(HEADER)) return MORE
    const type = headerType(cursor)
    if (type < 0) return stumble(cursor, message, 'opcua-header')
    const size = chunkSize(cursor)
    if (!cursor.has(Math.min(size, HEAD_MAX))) return MORE
    const state = stand(message, fresh)
    const chunk = cursor.peek(3)
    const body = cursor.sub(Math.min(size, cursor.remaining))
    state.skip[side] = size - (body.end - body.offset)
    const continues = state.continues[side]
    state.continues[side] = chunk === C
    if (continues || chunk === A) return NEXT
    body.skip(HEADER)
    sayChunk(body, message, state, type)
    return NEXT
  },
}
