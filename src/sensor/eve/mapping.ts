// Which EVE event types are read, what facts each brings, and who reads its records.
import { mapFlow, mapNetflow } from './flow.ts'
import * as names from './names.ts'
import type { EveSpeaker } from './speaker.ts'
import * as things from './things.ts'
import type { Values } from './values.ts'
import * as web from './web.ts'

export interface EveEvent {
  readonly carries: readonly string[]
  map(record: Values, speaker: EveSpeaker): void
}

const event = (map: EveEvent['map'], ...carries: string[]): EveEvent => ({ carries, map })
/** By `event_type`. */
export const EVE_EVENTS: ReadonlyMap<string, EveEvent> = new Map([
  ['flow', event(mapFlow, 'flow', 'link-bytes')],
  ['netflow', event(mapNetflow, 'flow', 'link-bytes')],
  ['dns', event(names.mapDns, 'dns')],
  ['mdns', event(names.mapMulticastDns, 'mdns')],
  ['llmnr', event(names.mapMulticastDns, 'llmnr')],
  ['dhcp', event(names.mapDhcp, 'dhcp')],
  ['arp', event(names.mapArp, 'arp')],
  ['tls', event(web.mapTls, 'tls', 'tls-certificate')],
  ['http', event(web.mapHttp, 'http')],
  ['quic', event(web.mapQuic, 'quic')],
  ['ssh', event(web.mapSsh, 'ssh')],
  ['ftp', event(web.mapFtp, 'ftp')],
  ['smtp', event(web.mapSmtp, 'smtp')],
  ['smb', event(web.mapSmb, 'smb')],
  ['sip', event(web.mapSip, 'sip')],
  ['rdp', event(web.mapRdp, 'rdp')],
  ['tftp', event(web.mapTftp, 'tftp')],
  ['alert', event(web.mapAlert, 'alert')],
  ['anomaly', event(web.mapAnomaly)],
  ['mqtt', event(things.mapMqtt, 'mqtt')],
  ['snmp', event(things.mapSnmp, 'snmp')],
  ['modbus', event(things.mapModbus, 'modbus')],
  ['dnp3', event(things.mapDnp3, 'dnp3')],
  ['enip', event(things.mapEnip, 'enip')],
])
