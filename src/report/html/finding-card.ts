// One finding as a card: expected against seen, what proves it, what to do.
import { isoTime } from '../../core/clock.ts'
import type { Finding, Party } from '../../finding/index.ts'
import { placesText } from '../amount-read.ts'
import { html, type Markup } from './markup.ts'

const technique = (id: string): Markup => {
  const place = id.startsWith('T0') ? id : id.replace('.', '/')
  return html`<a href="https://attack.mitre.org/techniques/${place}/" rel="noreferrer">${id}</a> `
}

const party = ({ address, mac, device }: Party): Markup =>
  html`${device ? html`<a href="#${device}">${address || mac}</a>` : address || mac} `

/** The card; links lead to the devices further down. */
export function findingCard(finding: Finding): Markup {
  return html`<article class="card finding ${finding.severity}">
    <p>
      <span class="badge ${finding.severity}">${finding.severity}</span> <b>${finding.title}</b>
      <span class="soft small"
        >${isoTime(finding.time)} · ${finding.detector} · confidence
        ${Math.round(finding.confidence * 100)} %</span
      >
    </p>
    <dl class="pairs">
      <dt>Expected</dt>
      <dd>${finding.expected}</dd>
      <dt>Seen</dt>
      <dd><b>${finding.seen}</b></dd>
      <dt>From</dt>
      <dd>${finding.sources.slice(0, 8).map(party)}</dd>
      <dt>To</dt>
      <dd>
        ${finding.targets.slice(0, 8).map(party)}
        ${finding.targets.length > 8 && `and ${finding.targets.length - 8} more`}
      </dd>
      <dt>Proof</dt>
      <dd>${placesText(finding.evidence)}</dd>
      <dt>What to do</dt>
      <dd>${finding.respond}</dd>
      <dt>Harmless when</dt>
      <dd>${finding.falsePositives}</dd>
      <dt>ATT&amp;CK</dt>
      <dd>${finding.techniques.map(technique)}</dd>
    </dl>
  </article>`
}
