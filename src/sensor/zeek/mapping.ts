// Which Zeek logs are read, what facts each brings, and who reads its lines. A log that is not here
// is named in the summary; to read one more, write its mapper and add a row.
import { mapConn } from './conn.ts'
import * as industrial from './industrial.ts'
import * as sessions from './industrial-sessions.ts'
import * as names from './names.ts'
import * as office from './office.ts'
import type { ZeekRow } from './row.ts'
import type { ZeekSpeaker } from './speaker.ts'
import * as things from './things.ts'
import * as web from './web.ts'

export interface ZeekLog {
  /** Facts its presence promises: protocol ids, 'flow', 'host'. */
  readonly carries: readonly string[]
  map(row: ZeekRow, speaker: ZeekSpeaker): void
}

const log = (map: ZeekLog['map'], ...carries: string[]): ZeekLog => ({ carries, map })

/** By the log's name, as its file and its '#path' say it. x509 is read before all others. */
export const ZEEK_LOGS: ReadonlyMap<string, ZeekLog> = new Map([
  ['conn', log(mapConn, 'flow')],
  ['dns', log(names.mapDns, 'dns', 'mdns', 'llmnr', 'nbns')],
  ['dhcp', log(names.mapDhcp, 'dhcp')],
  ['arp', log(names.mapArp, 'arp')],
  ['known_hosts', log(names.mapKnown, 'host')],
  ['known_services', log(names.mapKnown, 'host')],
  ['known_devices', log(names.mapKnown, 'host')],
  ['known_modbus', log(names.mapKnown, 'host')],
  ['software', log(names.mapSoftware, 'software')],
  ['http', log(web.mapHttp, 'http')],
  ['ssl', log(web.mapSsl, 'tls')],
  ['quic', log(web.mapQuic, 'quic')],
  ['ssh', log(web.mapSsh, 'ssh')],
  ['ftp', log(web.mapFtp, 'ftp')],
  ['smtp', log(web.mapSmtp, 'smtp')],
  ['sip', log(web.mapSip, 'sip')],
  ['rdp', log(web.mapRdp, 'rdp')],
  ['smb_mapping', log(office.mapSmbMapping, 'smb')],
  ['smb_files', log(office.mapSmbFile, 'smb')],
  ['ntlm', log(office.mapNtlm, 'smb')],
  ['ldap', log(office.mapLdap, 'ldap')],
  ['radius', log(office.mapRadius, 'radius')],
  ['socks', log(office.mapSocks, 'socks')],
  ['syslog', log(office.mapSyslog, 'syslog')],
  ['mqtt_connect', log(things.mapMqttConnect, 'mqtt')],
  ['mqtt_publish', log(things.mapMqttPublish, 'mqtt')],
  ['mqtt_subscribe', log(things.mapMqttSubscribe, 'mqtt')],
  ['ntp', log(things.mapNtp, 'ntp')],
  ['snmp', log(things.mapSnmp, 'snmp')],
  ['modbus', log(industrial.mapModbus, 'modbus')],
  ['modbus_detailed', log(industrial.mapModbusDetailed, 'modbus')],
  ['modbus_read_device_identification', log(industrial.mapModbusIdentity, 'modbus')],
  ['dnp3', log(industrial.mapDnp3, 'dnp3')],
  ['bacnet', log(industrial.mapBacnet, 'bacnet')],
  ['bacnet_discovery', log(industrial.mapBacnetDiscovery, 'bacnet')],
  ['bacnet_property', log(industrial.mapBacnetProperty, 'bacnet')],
  ['bacnet_device_control', log(industrial.mapBacnetControl, 'bacnet')],
  ['s7comm', log(industrial.mapS7, 's7comm')],
  ['s7comm_plus', log(industrial.mapS7Plus, 's7comm')],
  ['cip', log(industrial.mapCip, 'enip')],
  ['cip_identity', log(industrial.mapCipIdentity, 'enip')],
  ['cip_io', log(industrial.mapCipIo, 'enip')],
  ['opcua_binary', log(sessions.mapOpcua, 'opcua')],
  ['opcua_binary_create_session', log(sessions.mapOpcuaApplication, 'opcua')],
  ['opcua_binary_create_session_endpoints', log(sessions.mapOpcuaApplication, 'opcua')],
  ['opcua_binary_get_endpoints_description', log(sessions.mapOpcuaApplication, 'opcua')],
  ['opcua_binary_activate_session', log(sessions.mapOpcuaLogin, 'opcua')],
  ['profinet', log(sessions.mapProfinet, 'profinet')],
  ['profinet_io_cm', log(sessions.mapProfinet, 'profinet')],
  ['ecat_registers', log(sessions.mapEthercat, 'ethercat')],
  ['ecat_log_address', log(sessions.mapEthercat, 'ethercat')],
  ['weird', log(sessions.mapWeird)],
  ['notice', log(sessions.mapNotice, 'alert')],
])
