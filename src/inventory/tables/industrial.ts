// Protocols of industry and buildings by their ids: whoever answers one is a machine's controller
// or its field device, whoever asks is a station that operates it. From the protocols' own
// documents.
import type { Category } from '../device.ts'

export interface IndustrialProtocol {
  /** What mostly answers it. */
  readonly server: Category
  readonly serverConfidence: number
  /** What mostly asks; not said where anybody may. */
  readonly client?: Category
}

export const INDUSTRIAL: ReadonlyMap<string, IndustrialProtocol> = new Map<
  string,
  IndustrialProtocol
>([
  // A slave of Modbus may be a PLC, a meter, a drive or a gateway; PLCs are the most common on
  // Ethernet.
  ['modbus', { server: 'plc', serverConfidence: 0.5, client: 'hmi' }],
  // S7 and its SZL are spoken by Siemens PLCs only.
  ['s7comm', { server: 'plc', serverConfidence: 0.9, client: 'hmi' }],
  ['enip', { server: 'plc', serverConfidence: 0.5, client: 'hmi' }],
  // DNP3 and IEC 104 are telecontrol: the controlled station is an RTU or a substation device.
  ['dnp3', { server: 'rtu', serverConfidence: 0.75, client: 'hmi' }],
  ['iec104', { server: 'rtu', serverConfidence: 0.75, client: 'hmi' }],
  ['bacnet', { server: 'bms-controller', serverConfidence: 0.7, client: 'bms-controller' }],
  ['opcua', { server: 'plc', serverConfidence: 0.25 }],
  ['profinet', { server: 'io', serverConfidence: 0.45 }],
  ['ethercat', { server: 'io', serverConfidence: 0.5, client: 'plc' }],
  // GOOSE and sampled values come from protection relays and merging units.
  ['goose', { server: 'rtu', serverConfidence: 0.75, client: 'rtu' }],
  ['sv', { server: 'rtu', serverConfidence: 0.7, client: 'rtu' }],
  ['knx', { server: 'gateway', serverConfidence: 0.7, client: 'hmi' }],
  ['mms', { server: 'rtu', serverConfidence: 0.55, client: 'hmi' }],
  ['melsec', { server: 'plc', serverConfidence: 0.9, client: 'hmi' }],
  ['omron-fins', { server: 'plc', serverConfidence: 0.9, client: 'hmi' }],
  ['hart-ip', { server: 'gateway', serverConfidence: 0.6, client: 'hmi' }],
  ['synchrophasor', { server: 'rtu', serverConfidence: 0.8, client: 'server' }],
])

/** Whether a protocol id is one of industry or of buildings. */
export const isIndustrial = (protocol: string): boolean => INDUSTRIAL.has(protocol)
