// Industrial protocols on real captures of others: how often what is said, and identities that
// devices give. Compared with tshark 4.0 on the same files; where we say less than every message
// (streams and states once), its counts of distinct ones.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { loadProtocols, type Fields } from '../../src/decode/index.ts'
import { hear, pcapFile } from '../../src/sensor/index.ts'
import { captures, needsCaptures } from '../needs.ts'

const ITI = 'ITI+ICS-Security-Tools/pcaps'

/** File, protocol, field to count by, how often each value stands. */
type Row = readonly [
  file: string,
  protocol: string,
  field: string,
  counts: { readonly [value: string]: number },
]

const COUNTS: readonly Row[] = [
  [`${ITI}/ModbusTCP/ModbusTCP.pcap`, 'modbus', 'operation', { read: 11720, write: 4256 }],
  [
    'antoine-lemay+Modbus_dataset/send_a_fake_command_modbus_6RTU_with_operate.pcap',
    'modbus',
    'operation',
    { read: 2448, write: 18 },
  ],
  [
    `${ITI}/s7/s7comm_varservice_libnodavedemo_bench.pcap`,
    's7comm',
    'kind',
    { job: 5003, 'ack-data': 5003 },
  ],
  [
    'ntop+nDPI/tests/cfgs/default/pcap/s7comm.pcap',
    's7comm',
    'kind',
    { job: 7, 'ack-data': 7, userdata: 22 },
  ],
  [
    'cisagov+icsnpp-enip/tests/traces/enip_cip_example.pcap',
    'enip',
    'kind',
    { send: 544, 'list-identity': 2, io: 1 },
  ],
  [
    `${ITI}/quickdraw/dnp3_test_data_part1.pcap`,
    'dnp3',
    'kind',
    { request: 27, response: 23, unsolicited: 30 },
  ],
  [`${ITI}/IEC60870-5-104/JavaRMI_and_IEC_Misc.pcap`, 'iec104', 'kind', { u: 4, i: 128 }],
  [
    'cisagov+icsnpp-opcua-binary/pcaps/open62541_read_service_test_data_with_history.pcap',
    'opcua',
    'service',
    { GetEndpoints: 2, CreateSession: 2, ActivateSession: 2, Read: 174, CloseSession: 2 },
  ],
  [`${ITI}/IEC61850/GOOSE/Sample_File_GOOSE.pcap`, 'goose', 'kind', { goose: 253 }],
  [
    'cisagov+icsnpp-hart-ip/testing/traces/hart-ip.pcap',
    'hart-ip',
    'kind',
    { session: 2, request: 18, response: 18 },
  ],
  [
    'cisagov+icsnpp-synchrophasor/tests/traces/C37.118_1PMU_TCP.pcap',
    'synchrophasor',
    'kind',
    { command: 3, configuration: 1, data: 1 },
  ],
]

/** What is said of identity: file, protocol, the path to a value, the value. */
const IDENTITIES: readonly (readonly [string, string, string, unknown])[] = [
  [`${ITI}/s7/s7-1200-hmi.pcap`, 's7comm', 'values.orderNumber', '6ES7 211-1BE31-0XB0'],
  [`${ITI}/s7/s7comm_reading_plc_status.pcap`, 's7comm', 'values.serial', 'S C-C6TW74882012'],
  [`${ITI}/EthernetIP/enip_test.pcap`, 'enip', 'identity.vendorId', 1],
  [`${ITI}/IEC61850/piccolo.pcap`, 'mms', 'device.vendor', 'INFO TECH'],
  [`${ITI}/profinet/profinet-wireshark-bug.pcap`, 'profinet', 'deviceVendor', 'S7-300EC'],
  ['the-tcpdump-group+tcpdump/tests/LLDP_and_CDP.pcap', 'cdp', 'model', 'cisco WS-C3560-24TS'],
  [
    'the-tcpdump-group+tcpdump/tests/lldp_mudurl.pcap',
    'lldp',
    'mudUrl',
    'https://imright.mud.example.com/.well-known/mud/v1/vomitv2.0',
  ],
]

async function saidIn(file: string, protocol: string): Promise<readonly Fields[]> {
  const hearing = await hear([pcapFile(join(captures ?? '', file))], await loadProtocols())
  return hearing.transactions
    .filter((transaction) => transaction.protocol === protocol)
    .map((transaction) => transaction.fields)
}

const valueAt = (fields: Fields, path: string): unknown =>
  path.split('.').reduce<unknown>((value, part) => (value as Fields | undefined)?.[part], fields)

for (const [file, protocol, field, counts] of COUNTS) {
  test(`${protocol}: ${file}`, { skip: needsCaptures() }, async () => {
    const counted: Record<string, number> = {}
    for (const fields of await saidIn(file, protocol)) {
      const value = fields[field]
      if (value !== undefined) counted[String(value)] = (counted[String(value)] ?? 0) + 1
    }
    assert.deepEqual(counted, counts)
  })
}

for (const [file, protocol, path, value] of IDENTITIES) {
  test(`${protocol} identity: ${file}`, { skip: needsCaptures() }, async () => {
    const found = (await saidIn(file, protocol)).map((fields) => valueAt(fields, path))
    assert(found.includes(value), `${path}: ${JSON.stringify([...new Set(found)])}`)
  })
}
