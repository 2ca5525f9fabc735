// MMS protocol data units (ISO 9506-2) in BER: which service, which variable, what an Identify
// answer says. Units may be cut (they can span several COTP data units): what is there is read.
import type { Cursor } from '../core/cursor.ts'
import type { Operation } from './operation.ts'
import { clip } from './protocol.ts'

export type MmsUnit = {
  readonly kind: 'initiate' | 'request' | 'response' | 'error' | 'report' | 'conclude'
  readonly operation: Operation
  readonly service?: string
  readonly response?: true
  /** Logical device, and item in it, e.g. 'XCBR1$CO$Pos$Oper'. */
  readonly domain?: string
  readonly item?: string
  /** Program, file or other object that is not a variable. */
  readonly object?: string
  readonly device?: { readonly vendor: string; readonly model: string; readonly revision: string }
}

type Row = readonly [name: string, operation: Operation]

const SERVICES = new Map<number, Row>([
  [0, ['status', 'diagnostic']],
  [1, ['getNameList', 'discovery']],
  [2, ['identify', 'discovery']],
  [3, ['rename', 'write']],
  [4, ['read', 'read']],
  [5, ['write', 'write']],
  [6, ['getVariableAccessAttributes', 'discovery']],
  [7, ['defineNamedVariable', 'write']],
  [10, ['deleteVariableAccess', 'write']],
  [11, ['defineNamedVariableList', 'write']],
  [12, ['getNamedVariableListAttributes', 'discovery']],
  [13, ['deleteNamedVariableList', 'write']],
  [19, ['takeControl', 'control']],
  [20, ['relinquishControl', 'control']],
  [26, ['initiateDownloadSequence', 'control']],
  [27, ['downloadSegment', 'control']],
  [28, ['terminateDownloadSequence', 'control']],
  [29, ['initiateUploadSequence', 'control']],
  [30, ['uploadSegment', 'control']],
  [31, ['terminateUploadSequence', 'control']],
  [32, ['requestDomainDownload', 'control']],
  [33, ['requestDomainUpload', 'control']],
  [34, ['loadDomainContent', 'control']],
  [35, ['storeDomainContent', 'control']],
  [36, ['deleteDomain', 'control']],
  [37, ['getDomainAttributes', 'discovery']],
  [38, ['createProgramInvocation', 'control']],
  [39, ['deleteProgramInvocation', 'control']],
  [40, ['start', 'control']],
  [41, ['stop', 'control']],
  [42, ['resume', 'control']],
  [43, ['reset', 'control']],
  [44, ['kill', 'control']],
  [45, ['getProgramInvocationAttributes', 'discovery']],
  [46, ['obtainFile', 'read']],
  [65, ['readJournal', 'read']],
  [66, ['writeJournal', 'write']],
  [67, ['initializeJournal', 'write']],
  [72, ['fileOpen', 'read']],
  [73, ['fileRead', 'read']],
  [74, ['fileClose', 'other']],
  [75, ['fileRename', 'write']],
  [76, ['fileDelete', 'write']],
  [77, ['fileDirectory', 'discovery']],
])
const WRITE = 5
const READ = 4
const IDENTIFY = 2
const DEPTH_MAX = 8

const UNIT = {
  request: 0xa0,
  response: 0xa1,
  error: 0xa2,
  unconfirmed: 0xa3,
  reject: 0xa4,
  initiateRequest: 0xa8,
  initiateResponse: 0xa9,
  initiateError: 0xaa,
  concludeRequest: 0x8b,
  concludeResponse: 0x8c,
  cancelRequest: 0x85,
  cancelResponse: 0x86,
} as const
const UNITS = new Set<number>(Object.values(UNIT))

/** Whether a byte can begin an MMS unit. */
export const isUnit = (tag: number) => UNITS.has(tag)

/** Units that are understood and not said. */
export const isSilent = (tag: number) =>
  tag === UNIT.concludeResponse || tag === UNIT.cancelRequest || tag === UNIT.cancelResponse

/** The next element's contents, cut to what is there; -1 as tag when there is none. */
function next(cursor: Cursor): { tag: number; number: number; body: Cursor } {
  const tag = cursor.remaining > 0 ? cursor.u8() : -1
  let number = tag & 31
  if (number === 31 && tag >= 0) number = cursor.u8() & 127
  let length = cursor.remaining > 0 ? cursor.u8() : 0
  if (length === 0x81) length = cursor.u8()
  else if (length === 0x82) length = cursor.u16()
  else if (length > 127) length = cursor.remaining
  return { tag, number, body: cursor.sub(Math.min(length, cursor.remaining)) }
}

/** The first domain-specific or plain name inside an element, by its VisibleStrings (tag 0x1a). */
function readName(body: Cursor, depth = 0): string[] {
  while (depth < DEPTH_MAX && body.remaining > 1) {
    const { tag, body: inner } = next(body)
    if (tag === 0x1a) {
      const first = clip(inner.latin1(inner.remaining), 129)
      if (body.peek() !== 0x1a) return [first]
      const second = next(body).body
      return [first, clip(second.latin1(second.remaining), 129)]
    }
    // A name of the whole device; one byte is the flag that may stand before it.
    if (tag === 0x80 && inner.remaining > 1) return [clip(inner.latin1(inner.remaining), 129)]
    if ((tag & 0x20) !== 0) {
      const found = readName(inner, depth + 1)
      if (found.length > 0) return found
    }
  }
  return []
}

/**
 * A write to an item with functional constraint CO operates the plant (IEC 61850-8-1 clause 20).
 */
const isCommand = (item: string | undefined) => item !== undefined && item.includes('$CO$')

function readDevice(body: Cursor): MmsUnit['device'] {
  const parts = ['', '', '']
  for (let count = 0; count < 3 && body.remaining > 1; count++) {
    const { tag, body: inner } = next(body)
    if (tag >= 0x80 && tag <= 0x82) parts[tag - 0x80] = clip(inner.latin1(inner.remaining))
  }
  return { vendor: parts[0], model: parts[1], revision: parts[2] }
}

function readConfirmed(body: Cursor, response: boolean): MmsUnit | undefined {
  if (body.peek() !== 2) return undefined
  next(body)
  let part = next(body)
  // A list of modifiers may stand before the service.
  if (part.tag === 0x30) part = next(body)
  if (part.tag < 0x80) return undefined
  const known = SERVICES.get(part.number)
  const service = known?.[0] ?? `service ${part.number}`
  const operation = known?.[1] ?? 'other'
  if (response) {
    const kind = 'response'
    if (part.number !== IDENTIFY) return { kind, operation, service, response: true }
    return { kind, operation, service, response: true, device: readDevice(part.body) }
  }
  const kind = 'request'
  const isPrimitive = (part.tag & 0x20) === 0
  if (isPrimitive && (part.number === 36 || part.number === 37)) {
    return { kind, operation, service, object: clip(part.body.latin1(part.body.remaining), 129) }
  }
  const names = isPrimitive ? [] : readName(part.body)
  if (names.length === 0) return { kind, operation, service }
  if (names.length === 1 && part.number !== READ && part.number !== WRITE) {
    return { kind, operation, service, object: names[0] }
  }
  const item = names[1] ?? names[0]
  const domain = names.length === 2 ? names[0] : undefined
  const commands = part.number === WRITE && isCommand(item)
  return { kind, operation: commands ? 'control' : operation, service, domain, item }
}

/**
 * An information report: its list's name, then values, of which a text first is the report's id.
 */
function readReport(body: Cursor): MmsUnit {
  const names = readName(next(body).body)
  const domain = names.length === 2 ? names[0] : undefined
  const first = next(next(body).body)
  const object = first.tag === 0x8a ? clip(first.body.latin1(first.body.remaining), 129) : undefined
  return { kind: 'report', operation: 'monitor', domain, item: names[1] ?? names[0], object }
}

/** Reads the unit at the cursor; undefined when it is broken, or ends or cancels something. */
export function readUnit(cursor: Cursor): MmsUnit | undefined {
  const { tag, body } = next(cursor)
  switch (tag) {
    case UNIT.request:
      return readConfirmed(body, false)
    case UNIT.response:
      return readConfirmed(body, true)
    case UNIT.error:
    case UNIT.reject:
    case UNIT.initiateError:
      return { kind: 'error', operation: 'other' }
    case UNIT.unconfirmed: {
      return readReport(next(body).body)
    }
    case UNIT.initiateRequest:
      return { kind: 'initiate', operation: 'other' }
    case UNIT.initiateResponse:
      return { kind: 'initiate', operation: 'other', response: true }
    case UNIT.concludeRequest:
      return { kind: 'conclude', operation: 'other' }
    default:
      return undefined
  }
}
