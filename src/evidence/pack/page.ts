// The page of a pack: what the log says, for people; without script, and nothing from elsewhere.
import { isoTime } from '../../core/clock.ts'
import { canonicalJson } from '../canonical.ts'
import type { EvidenceRow } from '../table.ts'

export interface PackPage {
  readonly title: string
  readonly subject: string
  readonly created: string
  readonly rows: readonly EvidenceRow[]
  readonly documents: readonly string[]
}

const MARKS: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const text = (value: string) => value.replace(/[&<>"']/g, (character) => MARKS[character])

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;
padding:0 1rem;color:#1b1f24;background:#fff}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #d0d7de;
overflow-wrap:anywhere}
code{font-size:.85em}@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}
th,td{border-color:#30363d}a{color:#79b8ff}}`

const cells = (values: readonly string[]) => values.map((value) => `<td>${value}</td>`).join('')

function rowOf({ entry, hash }: EvidenceRow): string {
  const words = [entry.kind, entry.actor, entry.subject].map(text)
  const times = [entry.at, entry.recorded].map((time) => text(isoTime(time)))
  const facts = `<code>${text(canonicalJson(entry.facts))}</code>`
  const proof = `<code title="${text(hash)}">${text(hash.slice(0, 12))}</code>`
  return `<tr>${cells([String(entry.sequence), ...times, ...words, facts, proof])}</tr>`
}

const HEADS = ['Entry', 'Happened', 'Recorded', 'What', 'Who', 'About', 'Facts', 'Hash']

/** The page as HTML; all that came from outside is escaped. */
export function packPage({ title, subject, created, rows, documents }: PackPage): string {
  const links = documents.map(
    (name) => `<li><a href="documents/${text(name)}">${text(name)}</a></li>`,
  )
  const list = links.length > 0 ? `<h2>Documents</h2><ul>${links.join('')}</ul>` : ''
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Evidence: ${text(title)}</title><style>${STYLE}</style></head><body>
<h1>Evidence: ${text(title)}</h1>
<p>What the evidence log says of <code>${text(subject)}</code>, as of ${text(created)}:
${rows.length} entries. This page is for reading; the proof is in the files beside it. Check the
whole pack, offline, with <code>thingward evidence verify PACK.zip</code>.</p>
${list}<h2>Entries</h2>
<table><thead><tr>${HEADS.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead>
<tbody>
${rows.map(rowOf).join('\n')}
</tbody></table></body></html>
`
}
