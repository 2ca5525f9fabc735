// Where a permission, or its refusal, can be enforced at all. What two hosts of one segment say to
// each other passes no router: only a switch port or an access point can stop it; what a frame
// floods, nothing can.
import type { PolicyDevice } from './device.ts'
import type { Peer, Profile, Rule, Service } from './form.ts'
import type { Site } from './site.ts'

/**
 * gateway: whoever routes for the device (nftables on the router). access: the switch port or
 * access point it hangs on. both: part passes the gateway, part stays in the segment. nowhere:
 * link-layer multicast.
 */
export type EnforcementPoint = 'gateway' | 'access' | 'both' | 'nowhere'

/** What the point has to be able to do beyond addresses and ports. */
export type EnforcementNeed =
  /** Follow DNS answers. */
  | 'names'
  /** Recognise the application by content. */
  | 'application'
  /** Read an industrial protocol's operations. */
  | 'operations'
  /** Stand between client and broker (the MQTT gate). */
  | 'topics'
  /** Match MAC addresses and EtherTypes. */
  | 'link-layer'
  | 'rate'

/** Where a rule can be held, why there, and what that takes. */
export interface Enforcement {
  readonly point: EnforcementPoint
  readonly why: string
  readonly needs: readonly EnforcementNeed[]
}

/** Where the device sits: its placement is what decides. */
export type Placed = Pick<PolicyDevice, 'placement' | 'vlans'> & {
  readonly macs?: readonly string[]
}

/** Where this rule can be held against the device; `site` finds the device that a rule names. */
export function enforceable(
  rule: Pick<Rule, 'peer' | 'service' | 'rate'>,
  device: Placed,
  site?: Site,
): Enforcement {
  return { ...placeOf(rule, device, site), needs: needsOf(rule) }
}

type Place = Pick<Enforcement, 'point' | 'why'>

const place = (point: EnforcementPoint, why: string): Place => ({ point, why })
const FLOODED = place(
  'nowhere',
  'a group: the frame is flooded in its segment, or forwarded by membership',
)
const FRAMES = place('access', 'frames without IP never pass a router')
const BEHIND = place('gateway', 'the device is behind a router')
const OUTSIDE = place('gateway', 'the peer is outside')
const ON_SITE = place('both', 'the peer is on the site: at the gateway only if another segment is')
const GATEWAY = place('gateway', 'the gateway itself answers, or forwards')
const IS_GATEWAY = place('gateway', 'the peer is the gateway')
const SEGMENT = place('both', 'peers of the same segment are reached without the gateway')
const ONE_SEGMENT = place('access', 'both are in one segment: the gateway never sees it')
const OTHER_SEGMENT = place('gateway', 'the peer is in another segment')

function placeOf(
  { peer, service }: Pick<Rule, 'peer' | 'service'>,
  device: Placed,
  site: Site | undefined,
): Place {
  if (peer.kind === 'multicast') return FLOODED
  if (service.family === 'ethernet' || peer.kind === 'ethernet') return FRAMES
  return isRouted(device) ? BEHIND : peerPlace(peer, device, site)
}

function peerPlace(peer: Peer, device: Placed, site: Site | undefined): Place {
  switch (peer.kind) {
    case 'name':
      return OUTSIDE
    case 'prefix':
      return site?.isLocalPrefix(peer.prefix) ? ON_SITE : OUTSIDE
    case 'class':
      return peer.class === 'dns' || peer.class === 'ntp' || peer.class === 'gateway'
        ? GATEWAY
        : SEGMENT
    case 'device': {
      const other = site?.devices.get(peer.device)
      if (other?.role === 'infrastructure') return IS_GATEWAY
      return !other || sharesSegment(device, other) ? ONE_SEGMENT : OTHER_SEGMENT
    }
    default:
      return SEGMENT
  }
}

const isRouted = (device: Placed) =>
  device.placement === 'routed' || (device.placement === undefined && device.macs?.length === 0)

function sharesSegment(one: Placed, other: Placed): boolean {
  if (isRouted(other)) return false
  const [here, there] = [one.vlans ?? [], other.vlans ?? []]
  return here.length === 0 || there.length === 0 || here.some((vlan) => there.includes(vlan))
}

function needsOf(rule: Pick<Rule, 'peer' | 'service' | 'rate'>): EnforcementNeed[] {
  const { service } = rule
  const needs: EnforcementNeed[] = []
  if (rule.peer.kind === 'name') needs.push('names')
  if (service.family === 'ethernet' || rule.peer.kind === 'ethernet') needs.push('link-layer')
  if (needsRecognition(service)) needs.push('application')
  if (service.operations) needs.push('operations')
  if (service.topics) needs.push('topics')
  if (rule.rate) needs.push('rate')
  return needs
}

/** Without a port the application is all there is to go by. */
const needsRecognition = ({ application, peerPorts, devicePorts, ipProtocol }: Service) =>
  application !== undefined && (ipProtocol === 6 || ipProtocol === 17) && !peerPorts && !devicePorts

/**
 * One line for people: `9 rules at the gateway, 2 only at the switch or access point, 1 nowhere`.
 */
export function enforceableText(profile: Profile, device: Placed, site?: Site): string {
  if (profile.rules.length === 0) return 'no rules'
  const counts = { gateway: 0, both: 0, access: 0, nowhere: 0 }
  const { rules } = profile
  for (let index = 0; index < rules.length; index++)
    counts[placeOf(rules[index], device, site).point]++
  let text = ''
  for (const [point, words] of POINT_WORDS) {
    const rules = counts[point]
    if (rules === 0) continue
    text +=
      text === '' ? `${rules} ${rules === 1 ? 'rule' : 'rules'} ${words}` : `, ${rules} ${words}`
  }
  return text
}

const POINT_WORDS = [
  ['gateway', 'at the gateway'],
  ['both', 'at the gateway towards other segments, at the switch or access point within its own'],
  ['access', 'only at the switch or access point'],
  ['nowhere', 'nowhere (multicast in its segment)'],
] as const satisfies readonly (readonly [EnforcementPoint, string])[]
