// Normal life: the programs that devices and people keep running, and the errands they run again and
// again, each with its own period and jitter, from a seeded generator.

import { setTimeout as sleep } from 'node:timers/promises'

import { deviceNamed } from './devices.ts'
import type { Network } from './network.ts'
import { program, sharedKey } from './services.ts'

const at = (name: string): string => deviceNamed(name).ipv4
const safari =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15'

/** Publishes one value every `seconds` over one lasting connection. */
function publisher(seconds: number, value: string, words: string[]): string[] {
  const loop = `n=0; while :; do n=$((n+1)); echo "${value}"; sleep ${seconds}; done`
  return ['sh', '-c', `(${loop}) | mosquitto_pub -l "$@"`, 'publisher', ...words]
}

/** The connections that last. */
export function startLasting(network: Network, certificates: string): void {
  const has = (name: string): boolean => network.devices.some((device) => device.name === name)
  const hub = ['-h', at('hub'), '-p', '1883']
  const cloud = [
    '-h',
    'mqtt.acmecloud.test',
    '-p',
    '8883',
    '--cafile',
    `${certificates}/web-ca.crt`,
  ]
  const mutual = ['--cert', `${certificates}/sensor.crt`, '--key', `${certificates}/sensor.key`]
  const climate = '{\\"t\\":21.$((n % 7)),\\"rh\\":4$((n % 5))}'
  const identifier = 'climate-240ac4100003'
  const sensor = [...cloud, ...mutual, '-i', identifier, '-q', '1', '-k', '30']
  const lasting: [string, string[]][] = [
    ['hub', ['mosquitto_sub', '-h', '127.0.0.1', '-i', 'hub-core', '-t', 'home/#']],
    ['hub', modbusPoll(at('plc'), ['-r', '1', '-c', '10', '-l', '4000'])],
    ['hub', modbusPoll(at('pump'), ['-r', '1', '-c', '4', '-l', '9000'])],
    ['sensor', publisher(8, climate, [...sensor, '-t', `acme/${identifier}/climate`])],
    [
      'meter',
      publisher(5, '{\\"w\\":$((410 + n * 7 % 60))}', [
        ...[...hub, '-i', 'ESP_10000B', '-u', 'meter', '-P', 'power123', '-k', '20'],
        ...['-t', 'home/meter/power'],
      ]),
    ],
    [
      'thermostat',
      ['mosquitto_sub', ...hub, '-i', 'thermostat-100008', '-k', '15', '-t', 'home/thermostat/set'],
    ],
    [
      'door',
      publisher(40, '{\\"door\\":\\"closed\\",\\"seq\\":$n}', [
        ...[...hub, '-i', 'axis-accc8e10000d', '-q', '1', '-k', '30', '-t', 'home/door/state'],
      ]),
    ],
  ]
  for (const [name, command] of lasting) if (has(name)) network.start(name, command)
}

function modbusPoll(address: string, words: string[]): string[] {
  return ['mbpoll', '-m', 'tcp', '-a', '1', '-t', '4', ...words, address]
}

type Errand = { name: string; everySeconds: number; jitter: number; command: string[] }

function errands(certificates: string): Errand[] {
  const web = ['curl', '-s', '-m', '8', '-o', '/dev/null', '--cacert', `${certificates}/web-ca.crt`]
  const [hint, key] = sharedKey
  const once = (name: string, everySeconds: number, jitter: number, command: string[]): Errand => {
    return { name, everySeconds, jitter, command }
  }
  const ntp = program('ntp.ts', 'time.ntp.test')
  const coaps = ['coap-client-gnutls', '-B', '4', '-m', 'get', '-u', hint, '-k', key]
  const fruit = '_airplay._tcp,_companion-link._tcp'
  return [
    once('camera', 45, 0.02, [
      ...web,
      '-A',
      'HiIpcam/V100R003',
      'http://fw.acmecloud.test/ipc/version',
    ]),
    once('recorder', 64, 0.02, program('viewer.ts', at('camera'), '10')),
    once('recorder', 120, 0.02, ntp),
    once('sensor', 128, 0.02, ntp),
    once('hub', 50, 0.05, [...coaps, `coaps://${at('bulb')}/`]),
    once('hub', 60, 0.05, [...web, 'https://api.acmecloud.test/v1/hub', '-d', 'state=ok']),
    once('hub', 90, 0.3, setPoint(at('plc'))),
    once('hub', 70, 0.2, setTemperature()),
    once('thermostat', 30, 0.05, [
      ...web,
      'https://api.acmecloud.test/v1/thermostat',
      '-d',
      't=20.1',
    ]),
    once('thermostat', 64, 0.02, ntp),
    once('door', 60, 0.02, [...web, 'https://cloud.doorline.test/v2/heartbeat', '-d', 'seq=1']),
    once('door', 100, 0.02, ntp),
    once('tv', 40, 0.1, [...web, 'https://api.tvcloud.test/epg']),
    once('tv', 75, 0.3, [
      ...web,
      '-A',
      'Mozilla/5.0 (SMART-TV; Tizen 5.0)',
      'http://ads.tvcloud.test/a?id=8c79f5100006',
    ]),
    once('laptop', 50, 0.5, [...web, '-A', safari, '-u', 'admin:admin', `http://${at('camera')}/`]),
    once('laptop', 80, 0.5, [...web, '-A', safari, `http://${at('hub')}/`]),
    once('laptop', 110, 0.5, [...web, '-k', '-A', safari, `https://${at('recorder')}/`]),
    once('laptop', 30, 0.6, [...web, '-A', safari, 'https://www.news.test/']),
    once('laptop', 60, 0.1, snmp(at('printer'))),
    once('laptop', 140, 0.4, printJob(at('printer'))),
    once('laptop', 150, 0.4, [...web, '-d', 'x', `http://${at('printer')}:631/ipp/print`]),
    once('laptop', 70, 0.2, program('browse.ts', at('laptop'), `${fruit},_ipp._tcp`, 'ssdp:all')),
    once('laptop', 120, 0.3, [...web, `http://${at('tv')}:8060/dd.xml`]),
    once('laptop', 170, 0.3, program('telnet.ts', at('recorder'), 'root:xc3511', 'uptime', 'exit')),
    once('laptop', 60, 0.5, ['ping', '-c', '2', '-i', '0.5', '192.168.50.1']),
    once('phone', 25, 0.5, [
      'coap-client-notls',
      '-B',
      '3',
      '-m',
      'get',
      `coap://${at('bulb')}/time`,
    ]),
    once('phone', 45, 0.6, [...web, 'https://www.news.test/m']),
    once('phone', 60, 0.1, [
      ...web,
      '-A',
      'Dalvik/2.1.0',
      'http://connectivity.phone.test/generate_204',
    ]),
    once(
      'phone',
      55,
      0.3,
      program('browse.ts', at('phone'), '_googlecast._tcp', 'upnp:rootdevice'),
    ),
  ]
}

function setPoint(address: string): string[] {
  return ['mbpoll', '-m', 'tcp', '-a', '1', '-t', '4', '-r', '20', '-1', address, '215']
}

function setTemperature(): string[] {
  const words = ['-h', '127.0.0.1', '-i', 'hub-rules', '-t', 'home/thermostat/set', '-m', '21.0']
  return ['mosquitto_pub', ...words]
}

function snmp(address: string): string[] {
  const base = '1.3.6.1.2.1'
  return ['snmpget', '-v1', '-c', 'public', address, `${base}.1.1.0`, `${base}.1.5.0`]
}

/** A page in PJL: what a driver sends to port 9100. */
function printJob(address: string): string[] {
  const lines = [
    '@PJL JOB NAME = "minutes.pdf"',
    '@PJL SET USERNAME = "anna"',
    '@PJL ENTER LANGUAGE = PCL',
  ]
  const job = `\\033%%-12345X${lines.join('\\r\\n')}\\r\\n${'Minutes of the meeting. '.repeat(60)}`
  return ['sh', '-c', `printf '${job.replaceAll("'", '')}' | nc -N -w 3 ${address} 9100`]
}

export type Life = { stop(): Promise<void> }

/** Runs every errand of the devices that are up, until stopped. `isUp` says who is. */
export function live(
  network: Network,
  certificates: string,
  isUp: (name: string) => boolean,
): Life {
  const random = generator(501_883)
  let isOver = false
  const rounds = errands(certificates).map(async (errand) => {
    await sleep(errand.everySeconds * random() * 400)
    while (!isOver) {
      if (isUp(errand.name)) await network.run(errand.name, errand.command)
      const waitMs = errand.everySeconds * 1000 * (1 + errand.jitter * (random() * 2 - 1))
      for (let waited = 0; waited < waitMs && !isOver; waited += 250) await sleep(250)
    }
  })
  return {
    async stop() {
      isOver = true
      await Promise.race([Promise.all(rounds), sleep(3000)])
    },
  }
}

function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
