// `thingward policy replay`: what a policy would break and what it would stop, before anybody
// applies it.
import { ruleText, serviceText, type Amount, type Denied, type Replay } from '../../policy/index.ts'
import type { EnforcementPoint, PolicyDevice } from '../../policy/index.ts'
import { countText } from '../held.ts'
import { safeText, tableLines } from '../table.ts'
import { ANSWER_VERSION, fileJson, fileText, withoutLines } from './answered.ts'
import type { Answered, AnsweredBy } from './answered.ts'

/** One device and what its policy would have done to its traffic. */
export interface DeviceReplayReport {
  readonly device: PolicyDevice
  readonly holding: AnsweredBy
  readonly replay: Replay
}

const POINT_WORDS: { readonly [point in EnforcementPoint]: string } = {
  gateway: 'at the gateway',
  access: 'at the switch or access point',
  both: 'at the gateway, and at the switch within a segment',
  nowhere: 'nowhere',
}

const LEGEND = [
  'BROKEN: nobody objects to it, and it would not get through.',
  'STOPPED: flagged by findings, tried in vain, or never answered.',
  'MISSED: flagged by findings, and permitted all the same.',
]

/** Lines per device and list; the rest is counted. */
const LISTED = 12

/** A table of all devices, then what would break and be stopped for each. */
export function replayLines(answered: Answered<DeviceReplayReport>, width: number): string[] {
  const { answers } = answered
  const flows = (of: (replay: Replay) => Amount) => (one: DeviceReplayReport) =>
    of(one.replay).flows.toLocaleString('en')
  return [
    ...tableLines(
      answers,
      [
        { title: 'DEVICE', of: ({ device }) => `${device.id}  ${device.name}`, most: 34 },
        { title: 'POLICY', of: ({ holding }) => fileText(holding), most: 64 },
        { title: 'PERMITTED', of: flows(({ allowed }) => allowed), right: true },
        { title: 'BROKEN', of: flows(({ broken }) => broken), right: true },
        { title: 'STOPPED', of: flows(({ stopped }) => stopped), right: true },
        { title: 'MISSED', of: flows(({ missed }) => missed), right: true },
        { title: 'UNUSED', of: ({ replay }) => countText(replay.unused.length, 'rule') },
      ],
      width,
    ),
    ...answers.flatMap(deviceLines),
    ...withoutLines(answered),
    '',
    ...LEGEND,
  ]
}

function deviceLines({ device, replay }: DeviceReplayReport): string[] {
  const { breaks, broken, stops, stopped } = replay
  if (breaks.length === 0 && stops.length === 0) return []
  return [
    '',
    safeText(`${device.id}  ${device.name}`),
    ...list('would break', breaks, broken.flows),
    ...list('would be stopped', stops, stopped.flows),
  ]
}

function list(title: string, denied: readonly Denied[], flows: number): string[] {
  if (denied.length === 0) return []
  const groups = [...Map.groupBy(denied, groupKey).values()].map((all) => ({
    all,
    flows: all.reduce((sum, one) => sum + one.flows, 0),
  }))
  const shown = groups.toSorted((a, b) => b.flows - a.flows).slice(0, LISTED)
  const rest = flows - shown.reduce((sum, group) => sum + group.flows, 0)
  return [
    `  ${title}: ${countText(flows, 'flow')}`,
    ...shown.map((group) => safeText(`    ${groupText(group.all, group.flows)}`)),
    ...(rest > 0 ? [`    and ${countText(rest, 'flow')} more: --json shows them`] : []),
  ]
}

/** A sweep is one line, and so is everything one peer tries in vain. */
function groupKey({ initiated, peer, failed, remedy, seen }: Denied): string {
  if (!failed) return seen
  const named = peer.device ?? peer.name
  return `${initiated} ${named || `any ${serviceText(remedy.service)}`}`
}

function groupText([first, ...others]: readonly Denied[], flows: number): string {
  const more = others.length > 0 ? ` and ${others.length} more` : ''
  const vain = first.failed ? ' in vain' : ''
  return (
    `${countText(flows, 'flow')} ${first.seen}${more}${vain}; ${first.expected}; ` +
    `enforceable ${POINT_WORDS[first.enforcement.point]}`
  )
}

/** The same as one JSON document. */
export const replayDocument = (
  { answers, without }: Answered<DeviceReplayReport>,
  version: string,
) => ({
  schemaVersion: ANSWER_VERSION,
  thingward: version,
  devices: answers.map(({ device, holding, replay }) => ({
    ...replay,
    device: device.id,
    name: device.name,
    macs: device.macs,
    addresses: device.addresses,
    policy: fileJson(holding),
    unused: replay.unused.map((rule) => ({ rule, text: ruleText(rule) })),
  })),
  without: without.map(({ id, name }) => ({ device: id, name })),
})
