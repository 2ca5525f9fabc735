// A large site made up for the platform's bench: devices as sensors would observe them, each with
// its addresses, names, services and what speaks for them. The same seed gives the same site.
import type { ObservedDevice } from '../src/store/index.ts'

const START = Date.UTC(2026, 0, 1) * 1000
const HOUR = 3_600_000_000

const MAKERS = ['Hikvision', 'Siemens', 'Signify', 'Espressif', 'Schneider Electric', 'Axis']
const TYPES = ['camera', 'plc', 'light', 'sensor', 'meter', 'lock', 'thermostat', 'printer']
const SOURCES = ['dhcp-hostname', 'mdns-service', 'http-server', 'ssdp-server', 'mac-prefix']

/** Devices `from` … `from + count - 1`; ten observations each. */
export function madeUpDevices(from: number, count: number): ObservedDevice[] {
  return Array.from({ length: count }, (_, at) => madeUp(from + at))
}

function madeUp(number: number): ObservedDevice {
  const maker = MAKERS[number % MAKERS.length]
  const type = TYPES[(number >> 3) % TYPES.length]
  const mac = `02:00:${hexPair(number >> 16)}:${hexPair(number >> 8)}:${hexPair(number)}:01`
  const address = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`
  const first = START + (number % 1000) * HOUR
  const last = first + 24 * HOUR
  const name = `${type}-${number.toString(36)}`
  const attribute = (value: string, sources: readonly string[]) => ({
    value,
    confidence: 0.9,
    observations: sources.map((source, at) => ({
      source,
      text: `${value} ${at}`,
      value,
      confidence: 0.9 - at / 20,
      frame: number * 10 + at,
      time: first,
      last,
      count: 1 + at,
    })),
    contradictions: [],
  })
  return {
    ref: `d${number}`,
    device: {
      id: `d${number}`,
      name,
      kind: 'device',
      macs: [mac],
      randomisedMacs: [],
      addresses: [{ address, first, last }],
      vlans: [],
      identities: [{ kind: 'mac', value: mac, strength: 'likely', frame: 1, time: first }],
      attributes: {
        manufacturer: attribute(maker, SOURCES.slice(0, 3)),
        type: attribute(type, SOURCES.slice(1, 5)),
        hostname: attribute(name, SOURCES.slice(0, 1)),
        model: attribute(`${maker} ${number % 40}`, SOURCES.slice(2, 4)),
      },
      software: [],
      services: [],
      mudUrls: [],
      firstSeen: first,
      lastSeen: last,
      packetsIn: number,
      packetsOut: number * 2,
      bytesIn: number * 100,
      bytesOut: number * 200,
      limits: [],
      placement: 'adjacent',
      behind: '',
      merges: [],
      contradictions: [],
    },
  }
}

const hexPair = (number: number) => (number & 255).toString(16).padStart(2, '0')
