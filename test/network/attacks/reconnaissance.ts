// A guest looks around: sweeps, scans fast and slow, and asks each kind of thing in its own
// protocol.

import { lan } from '../addressing.ts'
import { deviceNamed } from '../devices.ts'
import type { Attack } from '../label.ts'

const at = (name: string): string => deviceNamed(name).ipv4
const scan = ['nmap', '-n', '-T4', '--max-retries', '0']
const slowPorts = '21,22,23,25,80,110,443,1883,3389,8080,8443,8883'

export const reconnaissance: Attack[] = [
  {
    id: 'arp-scan',
    class: 'reconnaissance',
    technique: 'T1018',
    what: 'asks by ARP for every address of the network',
    source: 'mallory',
    destination: lan.ipv4,
    command: ['arp-scan', '-I', 'eth0', lan.ipv4],
  },
  {
    id: 'port-scan',
    class: 'reconnaissance',
    technique: 'T1046',
    what: 'SYN scan of 100 ports of eight hosts, the camera first',
    source: 'mallory',
    destination: 'camera',
    command: [...scan, '-sS', '-F', '192.168.50.11-12,14-17,19,23'],
  },
  {
    id: 'service-scan',
    class: 'reconnaissance',
    technique: 'T1046',
    what: 'asks the open ports of the camera what they run',
    source: 'mallory',
    destination: 'camera',
    command: [...scan, '-sV', '--version-light', '-p', '23,80,554', at('camera')],
    timeLimitSeconds: 25,
  },
  {
    id: 'udp-scan',
    class: 'reconnaissance',
    technique: 'T1046',
    what: 'UDP scan of nine ports of printer and bulb',
    source: 'mallory',
    destination: 'printer',
    command: [...scan, '-sU', '-p', '53,67,69,123,161,1900,5353,5683,5684', '192.168.50.12,15'],
  },
  {
    id: 'slow-scan',
    class: 'reconnaissance',
    technique: 'T1046',
    what: 'one SYN every two seconds to the hub',
    source: 'mallory',
    destination: 'hub',
    command: [
      ...['nmap', '-n', '-sS', '-Pn', '--scan-delay', '2s', '--max-retries', '0'],
      ...['-p', slowPorts, at('hub')],
    ],
    timeLimitSeconds: 40,
  },
  {
    id: 'modbus-identify',
    class: 'reconnaissance',
    technique: 'T0888',
    what: 'reads the identity of the PLC',
    source: 'mallory',
    destination: 'plc',
    command: ['nmap', '-n', '-Pn', '-p', '502', '--script', 'modbus-discover', at('plc')],
  },
  {
    id: 'snmp-walk',
    class: 'reconnaissance',
    technique: 'T1602.001',
    what: 'walks the system group with community public',
    source: 'mallory',
    destination: 'printer',
    command: ['snmpwalk', '-v2c', '-c', 'public', at('printer'), '1.3.6.1.2.1.1'],
  },
  {
    id: 'coap-discovery',
    class: 'reconnaissance',
    technique: 'T1046',
    what: 'asks the bulb for its resources',
    source: 'mallory',
    destination: 'bulb',
    command: [
      ...['coap-client-notls', '-B', '3', '-m', 'get'],
      `coap://${at('bulb')}/.well-known/core`,
    ],
  },
  {
    id: 'mqtt-eavesdrop',
    class: 'reconnaissance',
    technique: 'T1040',
    what: 'subscribes to everything and to $SYS',
    source: 'mallory',
    destination: 'hub',
    command: ['mosquitto_sub', '-h', at('hub'), '-i', 'x', '-t', '#', '-t', '$SYS/#'],
    timeLimitSeconds: 8,
  },
]
