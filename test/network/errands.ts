// The errands of things and people: what each one runs again and again, how often, and by how
// large a share of the period it varies: clocks by little, people by much.

import { deviceNamed, gateway } from './devices.ts'
import { program, sharedKey } from './services.ts'

export type Errand = { everySeconds: number; jitter: number; command: string[] }
type Fetch = (url: string, ...words: string[]) => string[]

const at = (name: string): string => deviceNamed(name).ipv4
const every = (everySeconds: number, jitter: number, command: string[]): Errand => {
  return { everySeconds, jitter, command }
}

const [hint, key] = sharedKey
const ntp = program('ntp.ts', 'time.ntp.test')
const coap = ['coap-client-notls', '-B', '3', '-m', 'get']
const coaps = ['coap-client-gnutls', '-B', '4', '-m', 'get', '-u', hint, '-k', key]
const modbus = ['mbpoll', '-m', 'tcp', '-a', '1', '-t', '4']
const services = '_airplay._tcp,_companion-link._tcp,_ipp._tcp'
const fromSafari = [
  '-A',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15',
]

/** All errands by device. `certificates` is the folder of the run's certificates. */
export function errandsBy(certificates: string): Record<string, Errand[]> {
  const quiet = ['curl', '-s', '-m', '8', '-o', '/dev/null']
  const fetch: Fetch = (url, ...words) => {
    return [...quiet, '--cacert', `${certificates}/web-ca.crt`, ...words, url]
  }
  return { ...thingsErrands(fetch), laptop: laptopErrands(fetch), phone: phoneErrands(fetch) }
}

function thingsErrands(fetch: Fetch): Record<string, Errand[]> {
  const api = 'https://api.acmecloud.test/v1'
  const heartbeat = 'https://cloud.doorline.test/v2/heartbeat'
  const advertisement = 'http://ads.tvcloud.test/a?id=8c79f5100006'
  const setPoint = [...modbus, '-r', '20', '-1', at('plc'), '215']
  const wish = ['mosquitto_pub', '-h', '127.0.0.1', '-i', 'hub-rules', '-m', '21.0']
  return {
    camera: [
      every(45, 0.02, fetch('http://fw.acmecloud.test/ipc/version', '-A', 'DS-2CD2032-I/V5.1.0')),
    ],
    recorder: [every(64, 0.02, program('viewer.ts', at('camera'), '10')), every(120, 0.02, ntp)],
    sensor: [every(128, 0.02, ntp)],
    hub: [
      every(50, 0.05, [...coaps, `coaps://${at('bulb')}/`]),
      every(60, 0.05, fetch(`${api}/hub`, '-d', 'state=ok')),
      every(90, 0.3, setPoint),
      every(70, 0.2, [...wish, '-t', 'home/thermostat/set']),
      every(120, 0.02, ntp),
    ],
    thermostat: [every(30, 0.05, fetch(`${api}/thermostat`, '-d', 't=20.1')), every(64, 0.02, ntp)],
    door: [every(60, 0.02, fetch(heartbeat, '-d', 'seq=1')), every(100, 0.02, ntp)],
    tv: [
      every(40, 0.1, fetch('https://api.tvcloud.test/epg')),
      every(75, 0.3, fetch(advertisement, '-A', 'Mozilla/5.0 (SMART-TV; Tizen 5.0)')),
    ],
  }
}

function laptopErrands(fetch: Fetch): Errand[] {
  const base = '1.3.6.1.2.1.1'
  const snmp = ['snmpget', '-v1', '-c', 'public', at('printer'), `${base}.1.0`, `${base}.5.0`]
  const login = program('telnet.ts', at('recorder'), 'root:vizxv', 'uptime', 'exit')
  return [
    every(50, 0.5, fetch(`http://${at('camera')}/`, '-u', 'admin:12345', ...fromSafari)),
    every(80, 0.5, fetch(`http://${at('hub')}/`, ...fromSafari)),
    every(110, 0.5, fetch(`https://${at('recorder')}/`, '-k', ...fromSafari)),
    every(30, 0.6, fetch('https://www.news.test/', ...fromSafari)),
    every(60, 0.1, snmp),
    every(140, 0.4, printJob(at('printer'))),
    every(150, 0.4, fetch(`http://${at('printer')}:631/ipp/print`, '-d', 'x')),
    every(70, 0.2, program('browse.ts', at('laptop'), services, 'ssdp:all')),
    every(120, 0.3, fetch(`http://${at('tv')}:8060/dd.xml`)),
    every(170, 0.3, login),
    every(60, 0.5, ['ping', '-c', '2', '-i', '0.5', gateway.ipv4]),
  ]
}

function phoneErrands(fetch: Fetch): Errand[] {
  const connectivity = 'http://connectivity.phone.test/generate_204'
  return [
    every(25, 0.5, [...coap, `coap://${at('bulb')}/time`]),
    every(45, 0.6, fetch('https://www.news.test/m')),
    every(60, 0.1, fetch(connectivity, '-A', 'Dalvik/2.1.0 (Linux; U; Android 13)')),
    every(55, 0.3, program('browse.ts', at('phone'), '_googlecast._tcp', 'upnp:rootdevice')),
    every(130, 0.3, fetch(`http://${at('tv')}:8060/dd.xml`)),
  ]
}

/** A page in PJL: what a driver sends to port 9100. */
function printJob(address: string): string[] {
  const lines = [
    '@PJL JOB NAME = "minutes.pdf"',
    '@PJL SET USERNAME = "anna"',
    '@PJL ENTER LANGUAGE = PCL',
  ]
  const text = 'Minutes of the meeting. '.repeat(60)
  const job = `\\033%%-12345X${lines.join('\\r\\n')}\\r\\n${text}`
  return ['sh', '-c', `printf '${job}' | nc -N -w 3 ${address} 9100`]
}
