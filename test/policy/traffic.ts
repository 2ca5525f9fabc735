// A small made-up site for policy tests: hosts by name, flows between them, a learner that watches.
import { AddressBook, parseMac } from '../../src/core/addresses.ts'
import { MINUTE, SECOND } from '../../src/core/clock.ts'
import { EndpointTable, Flow } from '../../src/flow/index.ts'
import { Learner, type PolicyDevice } from '../../src/policy/index.ts'

/** 2026-01-05T00:00:00Z, a Monday, in microseconds. */
export const START = Date.UTC(2026, 0, 5) * 1000

/** MAC and address of every host; outside hosts stand behind the gateway's MAC. */
const GATEWAY_MAC = '02:00:00:00:00:01'
const HOSTS: Record<string, readonly [string, string]> = {
  gateway: [GATEWAY_MAC, '192.168.1.1'],
  camera: ['02:00:00:00:00:10', '192.168.1.10'],
  bulb: ['02:00:00:00:00:11', '192.168.1.11'],
  bulb2: ['02:00:00:00:00:12', '192.168.1.12'],
  bulb3: ['02:00:00:00:00:13', '192.168.1.13'],
  hub: ['02:00:00:00:00:20', '192.168.1.20'],
  plc: ['02:00:00:00:00:21', '192.168.1.21'],
  phone: ['02:00:00:00:00:30', '192.168.1.30'],
  camera6: ['02:00:00:00:00:10', '2001:db8:1::10'],
  mdns: ['01:00:5e:00:00:fb', '224.0.0.251'],
  ssdp: ['01:00:5e:7f:ff:fa', '239.255.255.250'],
  broadcast: ['ff:ff:ff:ff:ff:ff', '192.168.1.255'],
  everybody: ['ff:ff:ff:ff:ff:ff', '255.255.255.255'],
  'all-nodes': ['33:33:00:00:00:01', 'ff02::1'],
  everybodyLink: ['ff:ff:ff:ff:ff:ff', ''],
  profinet: ['01:0e:cf:00:00:00', ''],
  plcLink: ['02:00:00:00:00:21', ''],
  cameraLink: ['02:00:00:00:00:10', ''],
}

export interface Sketch {
  /** Names of HOSTS, or addresses outside. */
  from: string
  to: string
  protocol?: 'tcp' | 'udp' | number
  /** Server's and client's port. */
  port?: number
  clientPort?: number
  service?: string
  name?: string
  nameSource?: Flow['nameSource']
  state?: Flow['state']
  /** Seconds after START. */
  at?: number
  seconds?: number
  packets?: readonly [number, number]
  bytes?: readonly [number, number]
  certain?: boolean
  frame?: number
}

/** As the flow table says it: datagrams that nobody answered are S0, as in Zeek. */
function stateOf(protocol: number, [out, back]: readonly [number, number]): Flow['state'] {
  const answered = out > 0 && back > 0
  if (protocol === 6) return answered ? 'SF' : 'OTH'
  if (protocol !== 17) return 'OTH'
  return answered ? 'SF' : out > 0 ? 'S0' : 'SHR'
}

/** A learner and what it needs; every site is its own. */
export class MadeUpSite {
  readonly endpoints: EndpointTable
  readonly learner: Learner
  private readonly flow = new Flow()

  constructor(conversations = 1 << 12, endpoints = 1 << 14, attempts = 0) {
    this.endpoints = new EndpointTable(endpoints, new AddressBook(1 << 12))
    this.learner = new Learner({ conversations, attempts }, this.endpoints)
  }

  endpoint(host: string): number {
    const [mac, address] = HOSTS[host] ?? [GATEWAY_MAC, host]
    const key = address === '' ? -1 : this.endpoints.addresses.parse(address)
    return this.endpoints.internKeys(parseMac(mac), key, 0)
  }

  /** The sketch as the reused Flow object. */
  flowOf(sketch: Sketch): Flow {
    const { protocol = 'tcp', packets = [6, 5], bytes = [900, 2400] } = sketch
    const number = protocol === 'tcp' ? 6 : protocol === 'udp' ? 17 : protocol
    const from = START + Math.round((sketch.at ?? 0) * SECOND)
    const address = this.endpoints.address(this.endpoint(sketch.to))
    return Object.assign(this.flow, {
      originator: this.endpoint(sketch.from),
      responder: this.endpoint(sketch.to),
      family: address < 0 ? 2 : address >= 4294967296 ? 1 : 0,
      ipProtocol: number,
      originatorPort: sketch.clientPort ?? 50_000,
      responderPort: sketch.port ?? 443,
      service: sketch.service ?? '',
      first: from,
      last: from + Math.round((sketch.seconds ?? 1) * SECOND),
      originatorPackets: packets[0],
      responderPackets: packets[1],
      originatorBytes: bytes[0],
      responderBytes: bytes[1],
      state: sketch.state ?? stateOf(number, packets),
      frame: sketch.frame ?? 1,
      serverName: sketch.name ?? '',
      nameSource: sketch.nameSource ?? (sketch.name ? 'dns' : ''),
      directionCertain: sketch.certain ?? number === 6,
    })
  }

  watch(...sketches: readonly Sketch[]): this {
    for (const sketch of sketches) {
      this.learner.flowEnd(this.flowOf(sketch))
      this.learner.attempt(this.flow)
    }
    return this
  }

  /** Somebody says something inside a conversation. */
  say([from, to]: readonly [string, string], protocol: string, fields: object): this {
    const [source, destination] = [this.endpoint(from), this.endpoint(to)]
    const numbers = { time: START, frame: 1, flow: 1, sourcePort: 50_000, destinationPort: 0 }
    const ends = { source, destination, fromOriginator: true }
    this.learner.transaction({ protocol, ...numbers, ...ends, fields: fields as never })
    return this
  }

  /** One of the hosts as a device; also at other hosts' endpoints (IPv6, link). */
  device(host: string, part: Partial<PolicyDevice> = {}, ...also: string[]): PolicyDevice {
    const hosts = [host, ...also]
    return {
      id: `id-${host}`,
      name: host,
      role: 'thing',
      macs: [HOSTS[host][0]],
      addresses: hosts.map((one) => HOSTS[one][1]).filter(Boolean),
      endpoints: hosts.map((one) => this.endpoint(one)),
      ...part,
    }
  }

  /** All hosts as devices with their usual roles. */
  devices(): PolicyDevice[] {
    return [
      this.device('gateway', { role: 'infrastructure' }),
      this.device('camera', { manufacturer: 'Spyglass' }, 'camera6', 'cameraLink'),
      this.device('bulb', { manufacturer: 'Lumen' }),
      this.device('bulb2', { manufacturer: 'Lumen' }),
      this.device('bulb3', { manufacturer: 'Lumen' }),
      this.device('hub', { role: 'controller', manufacturer: 'Lumen' }),
      this.device('plc', {}, 'plcLink'),
      this.device('phone', { role: 'personal' }),
    ]
  }
}

export const MINUTES = MINUTE / SECOND
