// What a translation could not say, rule by rule: never silent, and with its effect on what is
// permitted.

export interface Loss {
  readonly kind: LossKind
  /**
   * widened: more is permitted than was meant; narrowed: less; omitted: the rule is not there at
   * all.
   */
  readonly effect: 'none' | 'widened' | 'narrowed' | 'omitted'
  /** Id of the rule, for what is lost of a rule. */
  readonly rule?: string
  /** A sentence for people. */
  readonly what: string
}

export type LossKind =
  /** MUD knows ports, not applications, their operations, topics or rates. */
  | 'application'
  | 'operations'
  | 'topics'
  | 'rate'
  | 'expiry'
  /** No wildcards in `ietf-acldns`: the names that were seen stand for the domain. */
  | 'name-suffix'
  /** MUD names no single devices. */
  | 'device-peer'
  /** `urn:ietf:params:mud:gateway` is in use but not registered. */
  | 'gateway-class'
  /** Only TCP says who begins. */
  | 'direction'
  /** Only the limited broadcast has an address of its own. */
  | 'broadcast'
  /** No ports but those of TCP and UDP. */
  | 'ports'
  /** A peer that cannot be written at all. */
  | 'peer'
  /**
   * Reading: an entry that denies, matches on the device's side, several peers at once, an
   * extension.
   */
  | 'denial'
  | 'match'
  | 'peers-combined'
  | 'extension'
