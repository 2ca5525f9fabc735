// What a device may do, as lines: the rules that hold or were learnt, what they would block, where
// they could be enforced. And the policies that were given, a line a file.
import type { Device } from '../inventory/index.ts'
import { readingOrder, REPAIRS, ruleText, type Blocked, type Profile } from '../policy/index.ts'
import type { Reported } from './document.ts'
import { BY_WORDS, causeText, countText, DIALECT_WORDS, KIND_WORDS } from './held.ts'
import type { GivenFile, HeldDevice, PolicyCheck } from './held.ts'

/** Causes printed for a device. */
const CAUSES_SHOWN = 5

/** The lines below a device's findings. */
export function permissionLines(device: Device, result: Reported): string[] {
  const held = result.policy?.devices.find((one) => one.device === device.id)
  const enforcement = result.enforcement.find((one) => one.device === device.id)
  const profile = result.profiles.find(
    ({ subject }) => subject.kind === 'device' && subject.device === device.id,
  )
  const rules = held ? heldLines(held) : learntLines(device, profile)
  const counts = held ? countText(held.denied.flows, 'flow') : profile && notLearntText(profile)
  return [
    ...makerLines(device, held),
    ...rules,
    ...(enforcement ? blockedLines(enforcement.blocked, counts ?? '') : []),
    ...(enforcement ? [`  enforceable: ${enforcement.where}`] : []),
  ]
}

/** RFC 8520: the device itself says where its maker's file is. */
const makerLines = (device: Device, held: HeldDevice | undefined): string[] =>
  device.mudUrls
    .filter(() => held?.by !== 'mud-url')
    .map((url) => `  it names its maker's MUD file, ${url}: fetch it and give it with --policy`)

function heldLines({ file, kind, by, rules, allowed, denied }: HeldDevice): string[] {
  const used = rules.filter(({ flows }) => flows > 0).length
  return [
    `  held to ${file} (${KIND_WORDS[kind]}, ${BY_WORDS[by]}): ` +
      `${countText(allowed.flows, 'flow')} permitted, ${denied.flows.toLocaleString('en')} ` +
      `denied; ${used} of ${countText(rules.length, 'rule')} used:`,
    ...rules.map(
      ({ rule, flows }) =>
        `    ${ruleText(rule)}: ${flows > 0 ? countText(flows, 'flow') : 'not used'}`,
    ),
  ]
}

function learntLines(device: Device, profile: Profile | undefined): string[] {
  if (!profile) {
    const why = device.kind === 'person' ? "a person's device; --people learns it too" : device.kind
    return [`  allow-list: not learnt (${why})`]
  }
  const { maturity, rules } = profile
  const standing = maturity ? `, ${maturity.verdict}: ${maturity.why}` : ''
  return [
    `  allow-list (${countText(rules.length, 'rule')}${standing}):`,
    ...readingOrder(rules).map((rule) => `    ${ruleText(rule)}`),
  ]
}

/** `18 flows flagged by findings, 98 attempts at it in vain` */
export function notLearntText({ notLearnt }: Profile): string {
  if (!notLearnt) return ''
  const { flagged, failedOut, failedIn, unanswered } = notLearnt
  return [
    flagged > 0 && `${countText(flagged, 'flow')} flagged by findings`,
    failedOut > 0 && `${countText(failedOut, 'attempt')} by it in vain`,
    failedIn > 0 && `${countText(failedIn, 'attempt')} at it in vain`,
    unanswered > 0 && `${countText(unanswered, 'flow')} never answered`,
  ]
    .filter((part) => part !== false)
    .join(', ')
}

function blockedLines({ causes, moreCauses, moreFlows }: Blocked, counts: string): string[] {
  if (causes.length === 0 && (counts === '' || counts === '0 flows')) return []
  const rest = causes.slice(CAUSES_SHOWN)
  const flows = rest.reduce((sum, cause) => sum + cause.flows, moreFlows)
  const more = rest.length + moreCauses
  return [
    `  would be blocked: ${counts}`,
    ...causes
      .slice(0, CAUSES_SHOWN)
      .map((cause) => `    ${countText(cause.flows, 'flow')} ${cause.text} (${causeText(cause)})`),
    ...(more > 0 ? [`    and ${countText(more, 'cause')} more, ${countText(flows, 'flow')}`] : []),
  ]
}

/** What was given: a line a file, who has none. `full`: every kind of repair, every problem. */
export function policyLines(
  policy: PolicyCheck,
  devices: readonly Device[],
  full: boolean,
): string[] {
  const names = new Map(devices.map(({ id, name }) => [id, `${id} ${name}`]))
  const nameOf = (id: string) => names.get(id) ?? id
  const { without, services } = policy
  return [
    ...policy.files.flatMap((file) => [
      fileLine(file, policy.devices, nameOf),
      ...(full ? repairLines(file) : []),
      ...problemLines(file, full),
    ]),
    ...(policy.files.some(({ kind, devices: fits }) => kind !== 'none' && fits.length === 0)
      ? ['  a file fits by the MUD URL a device says, or by its MAC, address or name as file name']
      : []),
    ...(without.length > 0 ? [`  no file for: ${without.map(nameOf).join(', ')}`] : []),
    ...servicesLines(services),
  ]
}

function servicesLines({ resolvers, timeServers }: PolicyCheck['services']): string[] {
  const line = (what: string, addresses: readonly string[]) =>
    addresses.length > 0 ? [`  taken for the network's ${what}: ${addresses.join(', ')}`] : []
  return [...line('DNS service', resolvers), ...line('time service', timeServers)]
}

function fileLine(
  { file, kind, dialect, rules, devices, repairs }: GivenFile,
  held: readonly HeldDevice[],
  nameOf: (id: string) => string,
): string {
  if (kind === 'none') return `  ${file}: not used`
  const what = dialect ? `${KIND_WORDS[kind]}, ${DIALECT_WORDS[dialect]}` : KIND_WORDS[kind]
  const whose = devices.map((id) => {
    const one = held.find(({ device }) => device === id)
    const why = one?.file === file ? BY_WORDS[one.by] : one ? `held to ${one.file}` : 'not judged'
    return `${nameOf(id)} (${why})`
  })
  const times = repairs.reduce((sum, { count }) => sum + count, 0)
  const repaired =
    repairs.length === 0
      ? ''
      : `; repaired ${countText(times, 'place')} (${repairs.map((one) => one.kind).join(', ')})`
  return (
    `  ${file}: ${what}, ${countText(rules, 'rule')}, ` +
    `${whose.length > 0 ? `for ${whose.join(', ')}` : 'fits no device that was seen'}${repaired}`
  )
}

const repairLines = ({ repairs }: GivenFile): string[] =>
  repairs.map(({ kind, count }) => `    repaired ${count}×: ${REPAIRS[kind]}`)

const PROBLEMS_SHOWN = 3

function problemLines({ problems }: GivenFile, full: boolean): string[] {
  const shown = full ? problems : problems.slice(0, PROBLEMS_SHOWN)
  const rest = problems.length - shown.length
  return [
    ...shown.map(({ severity, where, what }) => `    ${severity}: ${where}: ${what}`),
    ...(rest > 0 ? [`    and ${rest} more: thingward policy check shows them`] : []),
  ]
}
