// Names of CIP services (ODVA, The CIP Networks Library volume 1, appendix A, and Rockwell's
// published extensions), by class where the class gives them a meaning of their own; and what each
// does to a device.
import type { Operation } from './operation.ts'

export type CipService = readonly [name: string, operation: Operation]

/** Classes that are told apart. */
export const CLASS = {
  identity: 0x01,
  connectionManager: 0x06,
  file: 0x37,
  pccc: 0x67,
  symbol: 0x6b,
  template: 0x6c,
  /** Rockwell's non-volatile storage: firmware is written through it. */
  storage: 0xa1,
} as const

const GENERAL = new Map<number, CipService>([
  [0x01, ['get attributes all', 'read']],
  [0x02, ['set attributes all', 'write']],
  [0x03, ['get attribute list', 'read']],
  [0x04, ['set attribute list', 'write']],
  [0x05, ['reset', 'control']],
  [0x06, ['start', 'control']],
  [0x07, ['stop', 'control']],
  [0x08, ['create', 'write']],
  [0x09, ['delete', 'write']],
  [0x0a, ['multiple service packet', 'other']],
  [0x0d, ['apply attributes', 'write']],
  [0x0e, ['get attribute single', 'read']],
  [0x10, ['set attribute single', 'write']],
  [0x11, ['find next object instance', 'read']],
  [0x15, ['restore', 'control']],
  [0x16, ['save', 'control']],
  [0x17, ['no operation', 'other']],
  [0x18, ['get member', 'read']],
  [0x19, ['set member', 'write']],
  [0x1a, ['insert member', 'write']],
  [0x1b, ['remove member', 'write']],
])

/**
 * Logix controllers' data access (Rockwell publication 1756-PM020), by tag name or symbol instance.
 */
const TAG = new Map<number, CipService>([
  [0x4c, ['read tag', 'read']],
  [0x4d, ['write tag', 'write']],
  [0x4e, ['read modify write tag', 'write']],
  [0x52, ['read tag fragmented', 'read']],
  [0x53, ['write tag fragmented', 'write']],
  [0x55, ['get instance attribute list', 'read']],
])

const CONNECTION_MANAGER = new Map<number, CipService>([
  [0x4e, ['forward close', 'other']],
  [0x52, ['unconnected send', 'other']],
  [0x54, ['forward open', 'other']],
  [0x56, ['get connection data', 'read']],
  [0x57, ['search connection data', 'read']],
  [0x5a, ['get connection owner', 'read']],
  [0x5b, ['large forward open', 'other']],
])

const FILE = new Map<number, CipService>([
  [0x4b, ['initiate upload', 'control']],
  [0x4c, ['initiate download', 'control']],
  [0x4d, ['initiate partial read', 'read']],
  [0x4e, ['initiate partial write', 'write']],
  [0x4f, ['upload transfer', 'control']],
  [0x50, ['download transfer', 'control']],
  [0x51, ['clear file', 'control']],
])

const PCCC_OBJECT = new Map<number, CipService>([[0x4b, ['execute PCCC', 'other']]])
const TEMPLATE = new Map<number, CipService>([[0x4c, ['read template', 'read']]])
const STORAGE = new Map<number, CipService>([
  [0x4b, ['firmware update', 'control']],
  [0x4d, ['firmware transfer', 'control']],
])

/** Services above 0x4a mean what their class says. */
const OWN = new Map<number | undefined, ReadonlyMap<number, CipService>>([
  [undefined, TAG],
  [CLASS.symbol, TAG],
  [CLASS.template, TEMPLATE],
  [CLASS.connectionManager, CONNECTION_MANAGER],
  [CLASS.file, FILE],
  [CLASS.pccc, PCCC_OBJECT],
  [CLASS.storage, STORAGE],
])

/**
 * Name and operation of a service; `objectClass` is undefined when a symbolic tag is addressed. An
 * unknown service of a class is other: it may do anything.
 */
export function cipService(service: number, objectClass: number | undefined): CipService {
  const row = service < 0x4b ? GENERAL.get(service) : OWN.get(objectClass)?.get(service)
  return row ?? [`service 0x${service.toString(16).padStart(2, '0')}`, 'other']
}

/** PCCC commands (Rockwell publication 1770-6.5.16): command * 256 + function. */
const PCCC = new Map<number, CipService>([
  [0x0600, ['PCCC echo', 'diagnostic']],
  [0x0603, ['PCCC diagnostic status', 'diagnostic']],
  [0x0f00, ['PCCC word range write', 'write']],
  [0x0f01, ['PCCC word range read', 'read']],
  [0x0f02, ['PCCC bit write', 'write']],
  [0x0f11, ['PCCC get edit resource', 'control']],
  [0x0f12, ['PCCC return edit resource', 'control']],
  [0x0f26, ['PCCC read modify write', 'write']],
  [0x0f3a, ['PCCC set CPU mode', 'control']],
  [0x0f50, ['PCCC download all', 'control']],
  [0x0f52, ['PCCC download completed', 'control']],
  [0x0f53, ['PCCC upload all', 'control']],
  [0x0f55, ['PCCC upload completed', 'control']],
  [0x0f57, ['PCCC initialise memory', 'control']],
  [0x0f67, ['PCCC typed write', 'write']],
  [0x0f68, ['PCCC typed read', 'read']],
  [0x0f80, ['PCCC change mode', 'control']],
  [0x0fa1, ['PCCC protected logical read', 'read']],
  [0x0fa2, ['PCCC protected logical read', 'read']],
  [0x0fa9, ['PCCC protected logical write', 'write']],
  [0x0faa, ['PCCC protected logical write', 'write']],
  [0x0fab, ['PCCC protected logical write with mask', 'write']],
  [0x0faf, ['PCCC file write', 'write']],
])
const PCCC_BASIC = new Map<number, CipService>([
  [0x00, ['PCCC protected write', 'write']],
  [0x01, ['PCCC unprotected read', 'read']],
  [0x02, ['PCCC protected bit write', 'write']],
  [0x05, ['PCCC unprotected bit write', 'write']],
  [0x08, ['PCCC unprotected write', 'write']],
])

export const pcccCommand = (command: number, code: number): CipService =>
  PCCC_BASIC.get(command) ?? PCCC.get((command << 8) | code) ?? ['PCCC', 'other']
