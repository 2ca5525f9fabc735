// A Watch that goes on: what it has found since the last look, in batches. Devices that merely
// talked again are told in short; flows wait, bounded, until they are taken.
import { createHash, hash } from 'node:crypto'
import { macText } from '../../core/addresses.ts'
import type { RaisedFinding } from '../../detect/index.ts'
import type { Finding } from '../../finding/index.ts'
import type { Flow, FlowObserver } from '../../flow/index.ts'
import type { Device } from '../../inventory/index.ts'
import type { Sensor } from '../../sensor/index.ts'
import type { ObservedDevice, SeenAgain } from '../../store/index.ts'
import { Watch, type WatchOptions } from '../watch.ts'
import type { ObservedBatch, ObservedFlow, ObservedProfile } from './observed.ts'

/** Flows that wait for the bus; a source that can wait is held back before. */
export const FLOWS_WAITING_MAX = 50_000
/** Flows of one batch: a few megabytes as JSON; each batch waits for the disk once. */
const FLOWS_A_BATCH = 20_000
/** A flow of a device that core was not told of yet waits for that, so many batches. */
const WAITS_MAX = 3

/** What changed; the caller adds who and when. */
export type News = Pick<
  ObservedBatch,
  'devices' | 'seen' | 'findings' | 'profiles' | 'flows' | 'observed'
>

interface Place {
  readonly site: string
  readonly segment: string
}

interface WaitingFlow extends Omit<ObservedFlow, 'originator' | 'responder' | 'key'> {
  readonly ends: readonly [number, number]
  readonly ports: readonly [number, number]
  waits: number
}

export class Observing {
  readonly watch: Watch
  /** Flows that found no place to wait. */
  flowsLost = 0
  /** Packet time of the newest flow or tick. */
  observed = 0
  private readonly place: Place
  private waiting: WaitingFlow[] = []
  private readonly told = new Map<string, { digest: string; lastSeen: number }>()
  private readonly toldFindings = new Map<string, string>()
  private readonly findingIds = new Map<RaisedFinding, string>()
  private readonly toldProfiles = new Map<string, string>()

  private constructor(watch: Watch, place: Place, collector: Collector) {
    this.watch = watch
    this.place = place
    collector.take = (flow) => this.take(flow)
    collector.tick = (time) => void (this.observed = Math.max(this.observed, time))
  }

  static async create(options: WatchOptions, place: Place): Promise<Observing> {
    const collector: Collector = { take: () => {}, tick: () => {} }
    const listener = (_sensor: Sensor): FlowObserver => ({
      flowEnd: (flow) => collector.take(flow),
      tick: (time) => collector.tick(time),
    })
    const watch = await Watch.create({ ...options, listeners: [listener] })
    return new Observing(watch, place, collector)
  }

  /** Flows that wait to be taken. */
  get backlog(): number {
    return this.waiting.length
  }

  private take(flow: Flow): void {
    this.observed = Math.max(this.observed, flow.last)
    if (this.waiting.length >= FLOWS_WAITING_MAX * 2) {
      this.flowsLost++
      return
    }
    this.waiting.push({
      ...this.place,
      first: flow.first,
      last: flow.last,
      ends: [flow.originator, flow.responder],
      ports: [flow.originatorPort, flow.responderPort],
      waits: 0,
      protocol: flow.ipProtocol,
      service: flow.service,
      serverName: flow.serverName,
      state: flow.state,
      packetsOut: flow.originatorPackets,
      packetsIn: flow.responderPackets,
      bytesOut: flow.originatorBytes,
      bytesIn: flow.responderBytes,
    })
  }

  /**
   * What is new. `conclude` also learns and lets detectors look at what is unfinished: that costs,
   * and a file that is being read is not judged before its end. `whole`: everything, counts too.
   */
  news({ conclude, whole, source }: { conclude: boolean; whole: boolean; source: string }): News {
    const { watch } = this
    const devices = watch.devices()
    const conclusion = conclude ? watch.soFar(devices, source) : undefined
    const raised = conclusion?.raised ?? watch.raised()
    return {
      observed: this.observed,
      ...this.changedDevices(devices, whole),
      findings: this.changedFindings(raised),
      profiles: conclusion ? this.changedProfiles(conclusion) : [],
      flows: this.takeFlows(),
    }
  }

  /** Every device as it stands: for a core that has started anew. */
  allDevices(): ObservedDevice[] {
    return this.watch
      .devices()
      .map((device) => ({ ref: device.id, device: withoutNumbers(device) }))
  }

  /** Flows alone, between two looks at everything else: those of devices that were told of. */
  flowsOnly(): News {
    const { observed } = this
    return { observed, devices: [], seen: [], findings: [], profiles: [], flows: this.takeFlows() }
  }

  private changedDevices(devices: readonly Device[], whole: boolean) {
    const changed: ObservedDevice[] = []
    const seen: SeenAgain[] = []
    for (const device of devices.map(withoutNumbers)) {
      const digest = hash('sha256', JSON.stringify(device, lasting), 'base64url')
      const { id: ref, lastSeen, bytesIn, bytesOut } = device
      const told = this.told.get(ref)
      if (whole || told?.digest !== digest) changed.push({ ref, device })
      else if (told.lastSeen !== lastSeen) seen.push({ ref, lastSeen, bytesIn, bytesOut })
      this.told.set(ref, { digest, lastSeen })
    }
    return { devices: changed, seen }
  }

  private changedFindings(raised: readonly RaisedFinding[]): Finding[] {
    return raised.flatMap((one) => {
      const [finding] = this.watch.written([one])
      const named = { ...finding, id: this.idOf(one, finding) }
      const text = hash('sha256', JSON.stringify(named), 'base64url')
      if (this.toldFindings.get(named.id) === text) return []
      this.toldFindings.set(named.id, text)
      return [named]
    })
  }

  /**
   * The same thing found again, today or after a restart, has the same id: of the detector's key,
   * with MACs and addresses in place of the run's own numbers.
   */
  private idOf(raised: RaisedFinding, finding: Finding): string {
    const known = this.findingIds.get(raised)
    if (known !== undefined) return known
    const { endpoints } = this.watch.sensor
    const numbers = new Set([raised.about, ...raised.sources, ...raised.targets])
    const key = raised.key.split(' ').map((word) => {
      const number = /^\d+$/.test(word) ? Number(word) : NaN
      if (!numbers.has(number)) return word
      return `${macText(endpoints.mac(number))}/${endpoints.addressText(number)}`
    })
    const { site, segment } = this.place
    const text = JSON.stringify([site, segment, finding.detector, key])
    const id = `f${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
    this.findingIds.set(raised, id)
    return id
  }

  private changedProfiles({ profiles, enforcement }: ReturnType<Watch['soFar']>) {
    const where = new Map(enforcement.map((one) => [one.device, one]))
    return profiles.flatMap((profile): ObservedProfile[] => {
      const { subject } = profile
      if (subject.kind !== 'device') return []
      const text = hash('sha256', JSON.stringify(profile), 'base64url')
      if (this.toldProfiles.get(subject.device) === text) return []
      this.toldProfiles.set(subject.device, text)
      const held = where.get(subject.device)
      const blocked = held?.blocked ?? { causes: [], moreCauses: 0, moreFlows: 0 }
      return [{ ref: subject.device, profile, where: held?.where ?? '', blocked }]
    })
  }

  private takeFlows(): ObservedFlow[] {
    const taken = this.waiting.slice(0, FLOWS_A_BATCH)
    const rest = this.waiting.slice(FLOWS_A_BATCH)
    const written: ObservedFlow[] = []
    for (const flow of taken) {
      const ends = flow.ends.map((endpoint, side) => this.party(endpoint, flow.ports[side]))
      if (flow.waits < WAITS_MAX && ends.some(({ device }) => !this.isTold(device))) {
        flow.waits++
        rest.push(flow)
      } else written.push(flowOf(flow, ends))
    }
    this.waiting = rest
    return written
  }

  private isTold(device: string): boolean {
    return device === '' || this.told.has(device)
  }

  private party(endpoint: number, port: number) {
    const { inventory, sensor } = this.watch
    return {
      device: inventory.deviceOf(endpoint) ?? '',
      address: sensor.endpoints.addressText(endpoint),
      mac: macText(sensor.endpoints.mac(endpoint)),
      port,
    }
  }
}

/** As core takes it; the key is the flow's own, whoever tells it and how often. */
function flowOf(
  { ends: _ends, ports: _ports, waits: _waits, ...flow }: WaitingFlow,
  [originator, responder]: readonly ObservedFlow['originator'][],
): ObservedFlow {
  const { site, segment, first, protocol } = flow
  const own = [originator, responder].map(({ address, mac, port }) => [address, mac, port])
  const text = JSON.stringify([site, segment, first, protocol, own])
  const key = hash('sha256', text, 'base64url').slice(0, 22)
  return { ...flow, key, originator, responder }
}

/** Numbers of endpoints mean nothing outside this process. */
function withoutNumbers(device: Device): ObservedDevice['device'] {
  const { endpoints, ...rest } = device
  void endpoints
  return rest
}

interface Collector {
  take(flow: Flow): void
  tick(time: number): void
}

const FLEETING = new Set([
  'bytesIn',
  'bytesOut',
  'count',
  'flows',
  'last',
  'lastSeen',
  'packetsIn',
  'packetsOut',
])

/** Leaves out what every packet changes. */
const lasting = (key: string, value: unknown) => (FLEETING.has(key) ? undefined : value)
