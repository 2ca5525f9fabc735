// What one gate has to hold: which networks it stands between, which devices are there, what each
// may do and how far that has come. The input of the compiler; plain values, no I/O.
import type { Microseconds } from '../core/clock.ts'
import type { Phase, PolicyContext, PolicyDevice, Profile } from '../policy/index.ts'

/**
 * What a device may do that nobody has looked at yet, per segment. allow: anything. outside:
 * towards the uplinks only. inside: anything but the uplinks. nothing: DHCP and neighbour discovery
 * only.
 */
export type NewDevices = 'allow' | 'outside' | 'inside' | 'nothing'

/** One network of things behind the gate. */
export interface Segment {
  /** Name of the network interface. */
  readonly interface: string
  readonly newDevices: NewDevices
  /**
   * Industrial: here nothing is refused without a person's word: a profile that nobody confirmed
   * is only counted, and new devices are let through.
   */
  readonly isIndustrial?: boolean
  /** One way: what the segment sends leaves; nothing enters it from another network, not even
   * answers. */
  readonly isOneWay?: boolean
}

/** One device as the gate has to hold it. */
export interface GateDevice {
  readonly device: PolicyDevice
  /** Interface it hangs on. Undefined: nowhere here, other devices' rules may still name it. */
  readonly segment?: string
  /** Without one, or in the phases learn and review, everything is let through. */
  readonly profile?: Profile
  readonly phase: Phase
  /** A person has said that this device may be held; only asked for on industrial segments. */
  readonly isConfirmed?: boolean
}

/** A gate's whole task. */
export interface GatePolicy {
  readonly segments: readonly Segment[]
  /** Interfaces that lead outside. */
  readonly uplinks: readonly string[]
  /**
   * A transparent gate: the bridge whose ports are `ports` (towards the things) and `uplinks`. It
   * is then the one segment. Needs br_netfilter, switched on for IPv4 and IPv6.
   */
  readonly bridge?: string
  /**
   * Own addresses of the gate on its segments: `gateway`, and `dns` where nobody said otherwise.
   */
  readonly ownAddresses: readonly string[]
  readonly context: PolicyContext
  readonly devices: readonly GateDevice[]
  /** Addresses of names, as far as known: a rule that names a peer permits exactly these. */
  readonly names?: ReadonlyMap<string, readonly string[]>
  /** Why names have no address, or addresses that may be old. */
  readonly nameDoubts?: ReadonlyMap<string, string>
  /**
   * Interfaces on which quarantine cuts: the segments', and the ports of those that are bridges.
   */
  readonly ports: readonly string[]
  /** Rules and profiles that end before this are left out. */
  readonly now: Microseconds
}

/**
 * Why something was refused, or would have been. The first four are of a device that has a profile.
 */
export const REFUSALS = ['unknown-peer', 'unknown-service', 'expired', 'invalid'] as const

/**
 * unknown-peer: no rule names this peer, or lets this side begin. unknown-service: one names the
 * peer, for other services. expired: the profile is over. invalid: a packet of no known flow.
 * new-device: nobody has looked at it yet. one-way: an answer into a one-way segment.
 */
export type Refusal = (typeof REFUSALS)[number] | 'new-device' | 'one-way'

/** What rules can not hold at this gate, and what that does. */
export interface GateLoss {
  readonly kind: GateLossKind
  /** widened: more passes than was meant; narrowed: less; omitted: the rule does nothing. */
  readonly effect: 'widened' | 'narrowed' | 'omitted'
  /** Id of the device. */
  readonly device: string
  /** Id of the rule, for what is lost of a rule. */
  readonly rule?: string
  /** A sentence for people. */
  readonly what: string
}

/** Closed list of what may be lost. */
export type GateLossKind =
  /** A name of which no address is known, or none that is fresh. */
  | 'name'
  /** Packets show ports; applications, operations, topics, rates and ends of rules are not held. */
  | 'application'
  | 'operations'
  | 'topics'
  | 'rate'
  | 'expiry'
  /** Answers are let through where the rule has no way back. */
  | 'one-way'
  /** Peers of one segment reach each other without passing here. */
  | 'same-segment'
  /** Frames without IP do not pass a router. */
  | 'link-layer'
  /** Groups are flooded in their segment. */
  | 'group'
  /** A peer without an address: a device, a controller, a maker's devices. */
  | 'peer-address'
  /** Without a MAC the device is known by address alone, which others can take. */
  | 'address-only'
  /** Neither MAC nor address, or on no segment of ours: it cannot be held. */
  | 'unreachable'
  /** An industrial segment: enforced only once a person has confirmed it. */
  | 'unconfirmed'
