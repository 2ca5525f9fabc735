// The HTML report: one file without anything from elsewhere, safe to open and to mail. What the
// network said is escaped everywhere; a content security policy forbids the page to load or run
// anything else.
import { createHash } from 'node:crypto'
import { isoTime, spanText } from '../../core/clock.ts'
import { severityRank } from '../../finding/index.ts'
import { amountRead } from '../amount-read.ts'
import { limitText, type Reported } from '../document.ts'
import { size, talkChart, timelineChart } from './charts.ts'
import { deviceCard } from './device-card.ts'
import { findingCard } from './finding-card.ts'
import { Markup, html } from './markup.ts'
import { policySection } from './permissions.ts'
import { SCRIPT, STYLE } from './style.ts'

const sourceHash = (text: string) =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Written apart: the policy's hash counts every blank between the tags. */
const SCRIPT_ELEMENT = new Markup(`<script>${SCRIPT}</script>`)

/** The whole page as text. */
export function htmlReport(result: Reported, version: string): string {
  const profiles = new Map(
    result.profiles.flatMap((profile) =>
      profile.subject.kind === 'device' ? [[profile.subject.device, profile] as const] : [],
    ),
  )
  const policy =
    `default-src 'none'; style-src 'unsafe-inline'; script-src ${sourceHash(SCRIPT)}; ` +
    "base-uri 'none'; form-action 'none'"
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>
          Thingward: ${result.devices.length} devices, ${result.findings.length} findings
        </title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        <main>
          ${heading(result)}${tiles(result)} ${section('Traffic', timelineChart(result))}
          ${section('Findings', findings(result))} ${section('Policies', policySection(result))}
          ${section('Who talks to whom', talkChart(result))}
          <h2 id="devices">Devices</h2>
          <p class="tools">
            <label class="soft small" for="filter"
              >Filter by name, type, maker, address, protocol</label
            ><br />
            <input type="search" id="filter" placeholder="camera 192.168" autocomplete="off" />
            <span class="soft small" id="shown" role="status"></span>
          </p>
          ${result.devices.map((device) => deviceCard(device, result, profiles.get(device.id)))}
          ${section('What to keep in mind', caveats(result))}
          <p class="soft small">
            Written by Thingward ${version}. Times are packet times in UTC. This file holds
            addresses and names from the network: treat it as confidential.
          </p>
        </main>
        ${SCRIPT_ELEMENT}
      </body>
    </html> `
  return page.text
}

const section = (title: string, body: Markup | undefined): Markup | undefined =>
  body &&
  html`<section>
    <h2>${title}</h2>
    ${body}
  </section>`

function heading(result: Reported): Markup {
  const names = result.sources.map((source) => source.name).join(', ')
  const times = Number.isNaN(result.first)
    ? 'nothing in it'
    : `${isoTime(result.first).slice(0, 19)}Z, ${spanText(result.last - result.first)}`
  return html`<h1>What is on this network</h1>
    <p class="soft">
      ${names} · ${amountRead(result)} · ${times} ${result.interrupted && '· stopped early'}
    </p>`
}

/** Where an oddity was seen first, as its source numbers it. */
function samplePlace({ sources }: Reported, { samples }: Reported['anomalies'][number]): string {
  const isLog = sources.some(
    ({ name, lines }) => name === samples[0]?.source && lines !== undefined,
  )
  return `${isLog ? 'line' : 'frame'} ${samples[0]?.frame}`
}

function tiles(result: Reported): Markup {
  const things = result.devices.filter((device) => device.kind !== 'infrastructure')
  const serious = result.findings.filter((finding) => severityRank(finding.severity) >= 3)
  const unknown = things.filter((device) => (device.attributes.type?.confidence ?? 0) < 0.3)
  const mature = result.profiles.filter((profile) => profile.maturity?.verdict === 'mature')
  const tile = (value: string | number, what: string, alert = false) =>
    html`<div class="tile ${alert ? 'alert' : ''}"><b>${value}</b>${what}</div>`
  return html`<div class="tiles">
    ${tile(things.length, 'devices')}${tile(unknown.length, 'of a kind we cannot tell')}
    ${tile(serious.length, 'serious findings', serious.length > 0)}
    ${tile(result.findings.length - serious.length, 'other findings')}
    ${tile(`${mature.length}/${result.profiles.length}`, 'allow-lists mature')}
    ${tile(result.flows.started.toLocaleString('en'), 'flows')}
    ${tile(size(result.wireBytes), 'traffic')}
  </div>`
}

function findings(result: Reported): Markup {
  if (result.findings.length === 0) return html`<p>Nothing was found that should not be.</p>`
  return html`${result.findings.map(findingCard)}`
}

function caveats(result: Reported): Markup | undefined {
  const lines = [
    ...result.sources.flatMap(({ problem }) =>
      problem ? [`Reading stopped: ${problem.message}`] : [],
    ),
    ...result.sources.flatMap(({ name, lacks }) =>
      lacks.length > 0 ? [`${name} does not carry: ${lacks.join(', ')}`] : [],
    ),
    ...result.limits.map((limit) => limitText(limit)),
    ...(result.flows.duplicateFrames > 0
      ? [`${result.flows.duplicateFrames} second copies of frames were left out`]
      : []),
    ...result.anomalies
      .slice(0, 20)
      .map(
        (one) =>
          `Odd in the input: ${one.name}, ${one.count} times ` +
          `(first in ${samplePlace(result, one)})`,
      ),
  ]
  if (lines.length === 0) return undefined
  return html`<ul>
    ${lines.map((line) => html`<li>${line}</li>`)}
  </ul>`
}
