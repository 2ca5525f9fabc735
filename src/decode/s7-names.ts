// Names of S7comm and S7comm-plus functions as Siemens' own tools and public research use them
// (there is no public specification), and what each does to a PLC.
import type { Operation } from './operation.ts'

type Row = readonly [name: string, operation: Operation]

const unknown = (code: number): Row => [`function 0x${code.toString(16).padStart(2, '0')}`, 'other']

const JOBS = new Map<number, Row>([
  [0x00, ['CPU services', 'other']],
  [0x04, ['read variable', 'read']],
  [0x05, ['write variable', 'write']],
  [0x1a, ['request download', 'control']],
  [0x1b, ['download block', 'control']],
  [0x1c, ['download ended', 'control']],
  [0x1d, ['start upload', 'control']],
  [0x1e, ['upload', 'control']],
  [0x1f, ['end upload', 'control']],
  [0x28, ['PI service', 'control']],
  [0x29, ['PLC stop', 'control']],
  [0xf0, ['setup communication', 'other']],
])

/** Function of a job or its acknowledgement: the first parameter byte. */
export const jobName = (code: number): Row => JOBS.get(code) ?? unknown(code)

/** Program invocation services, by the text in the job. */
export const PI_SERVICES = new Map([
  ['P_PROGRAM', 'PLC start'],
  ['_INSE', 'activate block'],
  ['_INS2', 'activate block'],
  ['_DELE', 'delete block'],
  ['_GARB', 'compress memory'],
  ['_MODU', 'copy RAM to ROM'],
])

/** User data: function group * 256 + sub-function. */
const USERDATA = new Map<number, Row>([
  [0x101, ['request diagnostic data', 'diagnostic']],
  [0x102, ['variable table', 'read']],
  [0x10c, ['erase', 'control']],
  [0x10e, ['read diagnostic data', 'diagnostic']],
  [0x10f, ['remove diagnostic data', 'diagnostic']],
  [0x110, ['forces', 'control']],
  [0x113, ['read device', 'diagnostic']],
  [0x116, ['flash LED', 'control']],
  [0x201, ['cyclic read', 'read']],
  [0x204, ['end cyclic read', 'other']],
  [0x205, ['cyclic read on change', 'read']],
  [0x301, ['list blocks', 'read']],
  [0x302, ['list blocks of type', 'read']],
  [0x303, ['block information', 'read']],
  [0x401, ['read SZL', 'read']],
  [0x402, ['message service', 'monitor']],
  [0x403, ['diagnostic message', 'monitor']],
  [0x501, ['PLC password', 'control']],
  [0x502, ['clear PLC password', 'control']],
  [0x701, ['read clock', 'read']],
  [0x702, ['set clock', 'control']],
  [0x703, ['read clock', 'read']],
  [0x704, ['set clock', 'control']],
])
const GROUPS = [
  'mode transition',
  'programmer commands',
  'cyclic data',
  'block functions',
  'CPU functions',
  'security',
  'block send',
  'time functions',
]

/** User data by group * 256 + sub-function; unknown sub-functions are named by their group. */
export function userdataName(code: number): Row {
  const known = USERDATA.get(code)
  if (known) return known
  const group = code >> 8
  return [GROUPS[group] ?? `group ${group}`, group === 0 || group === 6 ? 'monitor' : 'other']
}

const PLUS = new Map<number, Row>([
  [0x04bb, ['explore', 'read']],
  [0x04ca, ['create object', 'other']],
  [0x04d4, ['delete object', 'other']],
  [0x04f2, ['set variable', 'write']],
  [0x04fc, ['get variable', 'read']],
  [0x0524, ['get link', 'read']],
  [0x0542, ['set multiple variables', 'write']],
  [0x054c, ['get multiple variables', 'read']],
  [0x0556, ['begin sequence', 'other']],
  [0x0560, ['end sequence', 'other']],
  [0x056b, ['invoke', 'control']],
  [0x057c, ['set variable streamed', 'write']],
  [0x0586, ['get variable streamed', 'read']],
  [0x05b3, ['initialise TLS', 'other']],
])

/** Function of an S7comm-plus request or response. */
export const plusName = (code: number): Row => PLUS.get(code) ?? unknown(code)

/** First areas of a variable's address. */
export const AREAS = new Map([
  [0x80, 'peripheral'],
  [0x81, 'inputs'],
  [0x82, 'outputs'],
  [0x83, 'flags'],
  [0x84, 'data block'],
  [0x85, 'instance data block'],
  [0x1c, 'counters'],
  [0x1d, 'timers'],
])

/** System status list 0x001c, component identification: index of a record to its name. */
export const COMPONENTS = new Map([
  [1, 'plantName'],
  [2, 'moduleName'],
  [3, 'plantId'],
  [5, 'serial'],
  [7, 'moduleType'],
  [8, 'cardSerial'],
  [11, 'location'],
])
