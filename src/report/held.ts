// What a report says of policies: which files were given and what was repaired in them, whom each
// holds, what it permitted and denied, and where a device's rules could be enforced.
import type {
  Amount,
  AssignedBy,
  Blocked,
  BlockedCause,
  MudDialect,
  Problem,
  Reason,
  RepairKind,
  Rule,
} from '../policy/index.ts'

/** Where a device's permissions could be enforced, and what that would block, by cause. */
export interface DeviceEnforcement {
  readonly device: string
  /** `9 rules at the gateway, 2 only at the switch or access point` */
  readonly where: string
  readonly blocked: Blocked
}

/** A run that was checked against given policies. */
export interface PolicyCheck {
  readonly files: readonly GivenFile[]
  readonly devices: readonly HeldDevice[]
  /** Ids of profiled devices that no file fits. */
  readonly without: readonly string[]
  /** Hosts taken for the network's own DNS and time service, because they answer. */
  readonly services: {
    readonly resolvers: readonly string[]
    readonly timeServers: readonly string[]
  }
}

/** One file as it was given. */
export interface GivenFile {
  readonly file: string
  /** mud: a MUD file; profile: our own form; none: neither, or unreadable. */
  readonly kind: 'mud' | 'profile' | 'none'
  readonly dialect?: MudDialect
  readonly rules: number
  /** What had to be put right to read it, and how often. */
  readonly repairs: readonly { readonly kind: RepairKind; readonly count: number }[]
  readonly problems: readonly Problem[]
  /** Ids of the devices that it fits. */
  readonly devices: readonly string[]
}

/** One device and the policy it was held to. */
export interface HeldDevice {
  readonly device: string
  readonly file: string
  readonly kind: GivenFile['kind']
  /** Why this file is the device's. */
  readonly by: AssignedBy
  /** Its rules in reading order, each with the flows that used it. */
  readonly rules: readonly { readonly rule: Rule; readonly flows: number }[]
  readonly allowed: Amount
  readonly denied: Amount
}

/** Why a file is a device's, in words. */
export const BY_WORDS: { readonly [by in AssignedBy]: string } = {
  'mud-url': 'by its MUD URL',
  mac: 'by its MAC',
  address: 'by its address',
  name: 'by its name',
}

/** What a file is, in words. */
export const KIND_WORDS: { readonly [kind in GivenFile['kind']]: string } = {
  mud: 'MUD file',
  profile: 'profile',
  none: 'no policy',
}

/** Which way of writing MUD files a file follows, in words. */
export const DIALECT_WORDS: { readonly [dialect in MudDialect]: string } = {
  rfc8520: 'RFC 8520',
  mudgee: 'the draft of the research profiles',
  'draft-2017': 'the drafts of 2017',
}

/** Why something is denied, in words. */
export const REASON_WORDS: { readonly [reason in Reason]: string } = {
  rule: 'permitted by a rule',
  implied: 'permitted to everybody',
  'no-profile': 'without a policy',
  expired: 'the permission is over',
  'unknown-peer': 'no rule names this peer',
  'unknown-service': 'this peer, but not this service',
  'wrong-initiator': 'only the other side may start it',
  'other-application': 'another application on this port',
  'other-operation': 'an operation that is not permitted',
  'other-topic': 'a topic that is not permitted',
  'answer-denied': 'an answer that is not permitted',
  'over-rate': 'more often than permitted',
}

const WHY_WORDS: { readonly [why in BlockedCause['why']]: string } = {
  denied: 'denied',
  flagged: 'flagged by a finding',
  failed: 'in vain',
  unanswered: 'never answered',
}

/** Why a cause would be blocked; or that it would not, though it should. */
export function causeText({ why, reason, permitted, inVain }: BlockedCause): string {
  const words = reason ? REASON_WORDS[reason] : WHY_WORDS[why]
  if (permitted) return `${words}, yet these rules permit it`
  return inVain && why === 'denied' ? `in vain; ${words}` : words
}

/** `1 flow`, `2 flows`. */
export const countText = (count: number, what: string): string =>
  `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`
