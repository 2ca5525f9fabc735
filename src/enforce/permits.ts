// A device's rules → Permits: who may begin with which addresses, ports and ICMP types. What a
// packet filter can not see of a rule is a loss.
import {
  enforceable,
  type Peer,
  type PortRange,
  type Rule,
  type Service,
  type Site,
} from '../policy/index.ts'
import type { GateDevice, GateLoss, GatePolicy } from './gate-policy.ts'
import { PeerResolution } from './peers.ts'
import type { Prefix } from '../policy/index.ts'

/** What one side may begin. */
export interface Permit {
  /** out: the device begins; in: the peer does. */
  readonly side: 'out' | 'in'
  /** 0 IPv4, 1 IPv6, as for Prefix. */
  readonly family: 0 | 1
  readonly peers: 'any' | readonly Prefix[]
  /** Undefined: every one. */
  readonly ipProtocol?: number
  /** Of the side that answers, and of the one that begins; undefined: every one. */
  readonly serverPorts?: readonly PortRange[]
  readonly clientPorts?: readonly PortRange[]
  readonly icmp?: Service['icmp']
}

/** Permits of a device, and what was lost on the way. */
export interface Permitted {
  readonly permits: readonly Permit[]
  readonly losses: readonly GateLoss[]
}

const ICMP = 1
const ICMPV6 = 58

/** Makes the permits of devices of one gate. */
export class Permitting {
  private readonly peers: PeerResolution
  private readonly site: Site
  private readonly now: number
  private readonly isBridge: boolean
  private readonly doubts: GatePolicy['nameDoubts']

  constructor(policy: GatePolicy, site: Site) {
    this.peers = new PeerResolution(policy, site)
    this.site = site
    this.now = policy.now
    this.isBridge = policy.bridge !== undefined
    this.doubts = policy.nameDoubts
  }

  of({ device, profile }: GateDevice): Permitted {
    const permits: Permit[] = []
    const losses: GateLoss[] = []
    for (const rule of profile?.rules ?? []) {
      if (rule.expires !== undefined && rule.expires <= this.now) continue
      const add = (kind: GateLoss['kind'], effect: GateLoss['effect'], what: string) =>
        losses.push({ kind, effect, device: device.id, rule: rule.id, what })
      const { service, peer } = rule
      if (service.family === 'ethernet') {
        add('link-layer', this.isBridge ? 'widened' : 'omitted', frameText(this.isBridge))
        continue
      }
      const reach = this.peers.reach(peer, device.id)
      if (reach.length === 0) {
        add(peer.kind === 'name' ? 'name' : 'peer-address', 'omitted', this.unknownText(peer))
        continue
      }
      const doubt = this.doubtOf(peer)
      if (peer.kind === 'name' && doubt !== undefined) {
        add('name', 'widened', `${peer.name}: ${doubt}`)
      }
      for (const [kind, what] of partsLost(rule)) add(kind, 'widened', what)
      const { point, why } = enforceable(rule, device, this.site)
      if (point === 'nowhere') add('group', 'widened', why)
      else if (point !== 'gateway') add('same-segment', 'widened', why)
      permits.push(...permitsOf(rule, reach))
    }
    return { permits, losses }
  }

  private doubtOf(peer: Peer): string | undefined {
    return peer.kind === 'name' ? this.doubts?.get(peer.name) : undefined
  }

  private unknownText(peer: Peer): string {
    if (peer.kind !== 'name') return 'no address of this peer is known: it is refused'
    const doubt = this.doubtOf(peer)
    const why = doubt === undefined ? '' : ` (${doubt})`
    return `no address of ${peer.name} is known${why}: it is refused`
  }
}

const frameText = (isBridge: boolean) =>
  isBridge ? 'frames without IP pass, whatever they are' : 'frames without IP do not pass here'

type Part = readonly [GateLoss['kind'], string]

function partsLost({ service, rate, expires, oneWay }: Rule): Part[] {
  const parts: (Part | false | undefined)[] = [
    !!service.application && [
      'application',
      `ports are held, not that it is ${service.application}`,
    ],
    service.operations && ['operations', `not only ${service.operations.join(', ')}`],
    service.topics && ['topics', 'every MQTT topic passes'],
    rate && ['rate', 'no rate is held'],
    expires !== undefined && ['expiry', 'holds until the rules are applied again'],
    oneWay && ['one-way', 'answers pass'],
  ]
  return parts.filter((part) => !!part)
}

function permitsOf(rule: Rule, reach: 'any' | readonly Prefix[]): Permit[] {
  const { initiated, service } = rule
  const sides = initiated === 'either' ? OUT_AND_IN : initiated === 'device' ? OUT : IN
  return sides.flatMap((side) =>
    FAMILIES.flatMap((family) => {
      const peers = reach === 'any' ? reach : reach.filter((one) => one.family === family)
      return peers.length === 0 || !carries(service, family)
        ? []
        : [{ side, family, peers, ...matchOf(service, side) }]
    }),
  )
}

const OUT = ['out'] as const
const IN = ['in'] as const
const OUT_AND_IN = ['out', 'in'] as const
const FAMILIES = [0, 1] as const

function carries({ family, ipProtocol }: Service, wanted: 0 | 1): boolean {
  if (ipProtocol === ICMP) return wanted === 0 && family !== 'ipv6'
  if (ipProtocol === ICMPV6) return wanted === 1 && family !== 'ipv4'
  return family === 'ip' || (family === 'ipv4') === (wanted === 0)
}

function matchOf(service: Service, side: Permit['side']) {
  const { ipProtocol, icmp, peerPorts, devicePorts } = service
  if (ipProtocol === undefined) return {}
  if (ipProtocol === ICMP || ipProtocol === ICMPV6) return { ipProtocol, ...(icmp && { icmp }) }
  const [serverPorts, clientPorts] =
    side === 'out' ? [peerPorts, devicePorts] : [devicePorts, peerPorts]
  return {
    ipProtocol,
    ...(serverPorts && { serverPorts }),
    ...(clientPorts && { clientPorts }),
  }
}
