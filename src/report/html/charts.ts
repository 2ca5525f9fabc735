// Two pictures as SVG: traffic over time with the findings on it, and who talks to whom.
import { isoTime, spanText } from '../../core/clock.ts'
import type { Profile } from '../../policy/index.ts'
import { peerText } from '../../policy/index.ts'
import type { Reported } from '../document.ts'
import { html, type Markup } from './markup.ts'

const WIDTH = 1140
const HEIGHT = 190
const LEFT = 70
/** Lines and names that stay readable on one screen. */
const LINKS_MAX = 120
const ROWS_MAX = 44

/** Bytes per second as an area; findings as vertical marks. Undefined without traffic. */
export function timelineChart(result: Reported): Markup | undefined {
  const points = result.timeline
  if (points.length < 2) return undefined
  const width = points[1].time - points[0].time
  const most = Math.max(...points.map((point) => point.bytes))
  const from = points[0].time
  const span = width * points.length
  const x = (time: number) => LEFT + ((WIDTH - LEFT - 10) * (time - from)) / span
  const y = (bytes: number) => HEIGHT - 28 - ((HEIGHT - 50) * bytes) / most
  const steps = points
    .map(
      ({ time, bytes }) =>
        `L${x(time).toFixed(1)},${y(bytes).toFixed(1)}H${x(time + width).toFixed(1)}`,
    )
    .join('')
  const area = `M${x(from)},${y(0)}${steps}V${y(0)}Z`
  const marks = result.findings.slice(0, 200).map((finding) => {
    const at = x(finding.time).toFixed(1)
    return html`<line class="mark ${finding.severity}" x1="${at}" x2="${at}" y1="14" y2="${y(0)}">
      <title>${finding.title}, ${isoTime(finding.time)}</title></line
    >`
  })
  const peak = `${size((most / width) * 1_000_000)}/s`
  return html`<svg
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    role="img"
    aria-label="Traffic over ${spanText(span)}, at most ${peak}; vertical marks are findings"
  >
    <path class="area" d="${area}" />
    ${marks}
    <text class="faint" x="0" y="${y(most) + 4}">${peak}</text>
    <text class="faint" x="${LEFT}" y="${HEIGHT - 8}">${isoTime(from).slice(0, 19)}Z</text>
    <text class="faint" x="${WIDTH - 10}" y="${HEIGHT - 8}" text-anchor="end">
      ${spanText(span)} later
    </text>
  </svg>`
}

interface Link {
  readonly from: string
  readonly to: string
  bytes: number
  readonly what: string[]
}

/** Devices on the left, whom they talk to on the right, thicker for more bytes. */
export function talkChart(result: Reported): Markup | undefined {
  const links = linksOf(result.profiles)
  const shown = links.slice(0, LINKS_MAX)
  if (shown.length === 0) return undefined
  const names = new Map(result.devices.map((device) => [device.id, device.name]))
  const left = [...new Set(shown.map((link) => link.from))].slice(0, ROWS_MAX)
  const right = [...new Set(shown.map((link) => link.to))].slice(0, ROWS_MAX)
  const drawn = shown.filter((link) => left.includes(link.from) && right.includes(link.to))
  const height = Math.max(left.length, right.length) * 22 + 20
  const row = (list: readonly string[], name: string) =>
    20 + (list.indexOf(name) + 0.5) * ((height - 30) / list.length)
  const most = Math.max(...drawn.map((link) => link.bytes))
  const lines = drawn.map((link) => {
    const [y1, y2] = [row(left, link.from), row(right, link.to)]
    const thick = 1 + 7 * Math.sqrt(link.bytes / most)
    return html`<path
      class="link"
      stroke-width="${thick.toFixed(1)}"
      d="M330,${y1.toFixed(1)}C560,${y1.toFixed(1)} 580,${y2.toFixed(1)} 810,${y2.toFixed(1)}"
    >
      <title>
        ${names.get(link.from)} – ${link.to}: ${link.what.slice(0, 5).join(', ')},
        ${size(link.bytes)}
      </title></path
    >`
  })
  const label = (text: string) => (text.length > 40 ? `${text.slice(0, 39)}…` : text)
  const omitted = links.length - drawn.length
  return html`<div class="scroll">
      <svg
        viewBox="0 0 ${WIDTH} ${height}"
        role="img"
        aria-label="Who talks to whom: ${drawn.length} relations"
      >
        ${lines}
        ${left.map(
          (id) =>
            html`<a href="#${id}"
                ><text x="318" y="${row(left, id) + 4}" text-anchor="end"
                  >${label(names.get(id) ?? id)}</text
                ></a
              >
              <circle class="node" cx="326" cy="${row(left, id)}" r="4" />`,
        )}
        ${right.map(
          (name) =>
            html`<circle class="node" cx="814" cy="${row(right, name)}" r="4" />
              <text x="822" y="${row(right, name) + 4}">${label(name)}</text>`,
        )}
      </svg>
    </div>
    ${
      omitted > 0 &&
      html`<p class="soft small">
        ${omitted} relations with less traffic are not drawn; the devices below list all.
      </p>`
    }`
}

/** One link for each device and peer, most bytes first. */
function linksOf(profiles: readonly Profile[]): Link[] {
  const links = new Map<string, Link>()
  for (const { subject, rules } of profiles) {
    if (subject.kind !== 'device') continue
    for (const rule of rules) {
      const to = peerText(rule.peer)
      const key = `${subject.device}\n${to}`
      const link = links.get(key) ?? { from: subject.device, to, bytes: 0, what: [] }
      link.bytes += rule.evidence?.bytes ?? 0
      if (rule.service.application) link.what.push(rule.service.application)
      links.set(key, link)
    }
  }
  return [...links.values()].toSorted((a, b) => b.bytes - a.bytes)
}

/** Bytes for people: `1.5 MB`. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toPrecision(2)} ${units[unit]}`
}
