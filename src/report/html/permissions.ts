// What a device may do: the rules that hold or were learnt, what they would block and why, and
// where they could be enforced. And the policies that a run was checked against.
import type { Device } from '../../inventory/index.ts'
import {
  peerText,
  readingOrder,
  REPAIRS,
  ruleText,
  serviceText,
  type Blocked,
  type Profile,
  type Rule,
} from '../../policy/index.ts'
import type { Reported } from '../document.ts'
import { BY_WORDS, causeText, countText, DIALECT_WORDS, KIND_WORDS } from '../held.ts'
import type { DeviceEnforcement, GivenFile, HeldDevice } from '../held.ts'
import { notLearntText } from '../permission-lines.ts'
import { size } from './charts.ts'
import { html, type Markup } from './markup.ts'

/** The part of a device's card that is about its permissions. */
export function permissions(
  device: Device,
  result: Reported,
  profile: Profile | undefined,
): Markup {
  const held = result.policy?.devices.find((one) => one.device === device.id)
  const enforcement = result.enforcement.find((one) => one.device === device.id)
  const counts = held ? countText(held.denied.flows, 'flow') : profile && notLearntText(profile)
  return html`${makers(device, held)}${held ? heldTo(held) : learnt(device, profile)}${
    enforcement && blocked(enforcement, counts ?? '')
  }`
}

/** RFC 8520: the device itself says where its maker's file is. */
function makers(device: Device, held: HeldDevice | undefined): Markup | undefined {
  if (device.mudUrls.length === 0 || held?.by === 'mud-url') return undefined
  return html`<p>
    It names its maker's MUD file, <span class="mono">${device.mudUrls.join(', ')}</span>: fetch it
    and give it with <span class="mono">--policy</span>.
  </p>`
}

function heldTo({ file, kind, by, rules, allowed, denied }: HeldDevice): Markup {
  return html`<h3>Held to ${file}: ${countText(rules.length, 'rule')}</h3>
    <p class="small">
      ${KIND_WORDS[kind]}, ${BY_WORDS[by]}. ${countText(allowed.flows, 'flow')} permitted,
      <b>${denied.flows} denied</b>.
    </p>
    ${ruleTable(
      'Used by',
      rules.map(({ rule, flows }) => ({
        rule,
        seen: flows > 0 ? countText(flows, 'flow') : 'not used',
      })),
    )}`
}

function learnt(device: Device, profile: Profile | undefined): Markup {
  if (!profile) {
    const why =
      device.kind === 'person'
        ? 'a phone or computer of a person: not profiled unless asked for'
        : device.kind
    return html`<h3>Allow-list</h3>
      <p class="soft">Not learnt: ${why}.</p>`
  }
  const { maturity, rules } = profile
  const rows = readingOrder(rules).map((rule) => ({
    rule,
    seen: rule.evidence
      ? `${countText(rule.evidence.flows, 'flow')}, ${size(rule.evidence.bytes)}`
      : 'not yet',
  }))
  return html`<h3>Allow-list: ${countText(rules.length, 'rule')}</h3>
    ${maturity && html`<p class="small"><b>${maturity.verdict}</b>: ${maturity.why}</p>`}
    ${ruleTable('Seen', rows)}`
}

interface Row {
  readonly rule: Rule
  readonly seen: string
}

const WHO = { device: 'the device', peer: 'the peer', either: 'either' } as const

const ruleTable = (last: string, rows: readonly Row[]): Markup =>
  html`<table>
    <tr>
      <th>Who starts</th>
      <th>With</th>
      <th>Service</th>
      <th>${last}</th>
    </tr>
    ${rows.map(
      ({ rule, seen }) =>
        html`<tr title="${ruleText(rule)}">
          <td>${WHO[rule.initiated]}</td>
          <td>${peerText(rule.peer)}</td>
          <td class="mono">${serviceText(rule.service)}</td>
          <td class="small">${seen}</td>
        </tr>`,
    )}
  </table>`

function blocked({ where, blocked: causes }: DeviceEnforcement, counts: string): Markup {
  const any = causes.causes.length > 0 || (counts !== '' && counts !== '0 flows')
  return html`${
      any &&
      html`<h3>Would be blocked${counts !== '' && html`: ${counts}`}</h3>
        ${causeTable(causes)}`
    }
    <p class="small"><b>Enforceable:</b> ${where}.</p>`
}

function causeTable({ causes, moreCauses, moreFlows }: Blocked): Markup | undefined {
  if (causes.length === 0) return undefined
  return html`<table>
      <tr>
        <th>Who starts</th>
        <th>With</th>
        <th>Service</th>
        <th>Flows</th>
        <th>Why</th>
      </tr>
      ${causes.map(
        (cause) =>
          html`<tr>
            <td>${WHO[cause.initiated]}</td>
            <td>${cause.peer}</td>
            <td class="mono">${cause.service}</td>
            <td>${cause.flows}</td>
            <td class="small">${causeText(cause)}</td>
          </tr>`,
      )}
    </table>
    ${
      moreCauses > 0 &&
      html`<p class="small soft">
        and ${countText(moreCauses, 'cause')} more, ${countText(moreFlows, 'flow')}
      </p>`
    }`
}

/** The files a run was checked against; undefined without any. */
export function policySection({ policy, devices }: Reported): Markup | undefined {
  if (!policy) return undefined
  const names = new Map(devices.map(({ id, name }) => [id, name]))
  const link = (id: string) => html`<a href="#${id}">${names.get(id) ?? id}</a> `
  const { files, without, services } = policy
  const serving = [
    ['DNS', services.resolvers],
    ['time', services.timeServers],
  ] as const
  return html`<table>
      <tr>
        <th>File</th>
        <th>What it is</th>
        <th>Rules</th>
        <th>For</th>
        <th>Repaired, and wrong</th>
      </tr>
      ${files.map(
        (file) =>
          html`<tr>
            <td class="mono">${file.file}</td>
            <td>
              ${KIND_WORDS[file.kind]}${file.dialect && html`, ${DIALECT_WORDS[file.dialect]}`}
            </td>
            <td>${file.rules}</td>
            <td>${file.devices.length > 0 ? file.devices.map(link) : 'no device that was seen'}</td>
            <td class="small">${remarks(file)}</td>
          </tr>`,
      )}
    </table>
    ${without.length > 0 && html`<p>No file for: ${without.map(link)}</p>`}
    ${serving.map(
      ([what, addresses]) =>
        addresses.length > 0 &&
        html`<p class="small soft">
          Taken for the network's ${what} service, as they answer: ${addresses.join(', ')}.
        </p>`,
    )}`
}

const PROBLEMS_SHOWN = 5

function remarks({ repairs, problems }: GivenFile): Markup[] {
  const rest = problems.length - PROBLEMS_SHOWN
  return [
    ...repairs.map(({ kind, count }) => html`${count}×: ${REPAIRS[kind]}<br />`),
    ...problems
      .slice(0, PROBLEMS_SHOWN)
      .map(({ severity, where, what }) => html`<b>${severity}</b> ${where}: ${what}<br />`),
    ...(rest > 0 ? [html`and ${rest} more`] : []),
  ]
}
