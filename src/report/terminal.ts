// The result as text: a table of devices, then per device what it needs, what is wrong, what would
// be blocked and where that could be enforced. Plain lines; bold and colour only on a terminal.
import { isoTime, spanText } from '../core/clock.ts'
import type { Finding, Severity } from '../finding/index.ts'
import { known, type Device } from '../inventory/index.ts'
import { amountRead } from './amount-read.ts'
import { macsText } from './device-macs.ts'
import { limitText, type Reported } from './document.ts'
import { countText } from './held.ts'
import { permissionLines, policyLines } from './permission-lines.ts'
import { safeText, tableLines } from './table.ts'

/** How wide and how colourful the terminal is; `width` in columns. */
export interface TerminalOptions {
  readonly width: number
  readonly colour: boolean
  /** Devices shown in detail; the rest is named and counted. */
  readonly details: number
  /** What was repaired in each policy file, in full. */
  readonly repairs?: boolean
}

const CODES = { bold: '1', dim: '2', red: '31', yellow: '33', green: '32', cyan: '36' } as const
type Style = keyof typeof CODES

const SEVERITY_STYLE: { readonly [severity in Severity]: Style } = {
  critical: 'red',
  high: 'red',
  medium: 'yellow',
  low: 'cyan',
  info: 'dim',
}

/** The whole report as lines. */
export function terminalReport(result: Reported, options: TerminalOptions): string[] {
  const paint = (style: Style, text: string) =>
    options.colour ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text
  const devices = [...result.devices].toSorted(byInterest(result))
  const detailed = devices.filter((device) => device.kind !== 'infrastructure')
  const shown = detailed.slice(0, options.details)
  return [
    ...captureLines(result),
    '',
    paint('bold', `DEVICES (${devices.length})`),
    ...deviceTable(result, devices, options),
    ...policySection(result, options, paint),
    ...shown.flatMap((device) => deviceLines(device, result, paint)),
    ...rest(detailed.length - shown.length),
    ...elsewhere(result, paint),
    '',
    ...closingLines(result, paint),
  ]
}

function policySection(result: Reported, options: TerminalOptions, paint: Paint): string[] {
  if (!result.policy) return []
  const title = paint('bold', `POLICY (${countText(result.policy.files.length, 'file')})`)
  const lines = policyLines(result.policy, result.devices, options.repairs ?? false)
  return ['', title, ...lines.map(safeText)]
}

const byInterest = (result: Reported) => {
  const worst = new Map<string, number>()
  const ranks: { readonly [severity: string]: number } = { critical: 4, high: 3, medium: 2, low: 1 }
  for (const { device, severity } of result.findings) {
    worst.set(device, Math.max(worst.get(device) ?? 0, ranks[severity] ?? 0))
  }
  return (a: Device, b: Device) =>
    (worst.get(b.id) ?? 0) - (worst.get(a.id) ?? 0) || Number(a.id.slice(1)) - Number(b.id.slice(1))
}

function captureLines(result: Reported): string[] {
  const span = result.last - result.first
  const times = Number.isNaN(span)
    ? 'nothing in it'
    : `${isoTime(result.first)} to ${isoTime(result.last)} (${spanText(span)})`
  const sources = result.sources.map((source) => source.name).join(', ')
  return [
    `${safeText(sources)}: ${amountRead(result)}, ` +
      `${result.flows.started.toLocaleString('en')} flows, ${times}`,
  ]
}

function deviceTable(
  result: Reported,
  devices: readonly Device[],
  options: TerminalOptions,
): string[] {
  const findings = Map.groupBy(result.findings, (finding) => finding.device)
  const sure = (device: Device, name: 'manufacturer' | 'model' | 'type') => {
    const value = known(device, name)
    return value === 'unknown' ? '–' : value
  }
  return tableLines(
    devices,
    [
      { title: 'ID', of: (device) => device.id },
      { title: 'NAME', of: (device) => device.name, most: 28 },
      {
        title: 'TYPE',
        of: (device) =>
          device.kind === 'infrastructure' ? infrastructure(device) : sure(device, 'type'),
      },
      { title: 'MANUFACTURER', of: (device) => sure(device, 'manufacturer'), most: 22 },
      { title: 'MODEL', of: (device) => sure(device, 'model'), most: 22 },
      { title: 'ADDRESS', of: (device) => firstAddress(device) },
      { title: 'MAC', of: (device) => device.macs[0] ?? '–' },
      {
        title: 'FINDINGS',
        of: (device) => findings.get(device.id)?.length.toString() ?? '',
        right: true,
      },
    ],
    options.width,
  )
}

const infrastructure = (device: Device) => {
  const type = known(device, 'type')
  return type === 'unknown' ? 'infrastructure' : type
}

/** IPv4 first: people know devices by it. */
function firstAddress(device: Device): string {
  const texts = device.addresses.map((use) => use.address)
  const first = texts.findLast((text) => !text.includes(':')) ?? texts.at(-1) ?? '–'
  return texts.length > 1 ? `${first} +${texts.length - 1}` : first
}

type Paint = (style: Style, text: string) => string

function deviceLines(device: Device, result: Reported, paint: Paint): string[] {
  const findings = result.findings.filter((finding) => finding.device === device.id)
  return [
    '',
    paint('bold', `${device.id}  ${safeText(device.name)}`),
    ...identityLines(device),
    ...findings.flatMap((finding) => findingLines(finding, result, paint)),
    ...permissionLines(device, result).map(safeText),
  ]
}

function identityLines(device: Device): string[] {
  const names = ['type', 'manufacturer', 'model', 'os', 'firmware', 'hostname', 'serial'] as const
  const lines = names.flatMap((name) => {
    const attribute = device.attributes[name]
    if (!attribute) return []
    const sources = [...new Set(attribute.observations.map((one) => one.source))].slice(0, 3)
    const doubt = attribute.contradictions[0]
    const but = doubt ? `; but ${doubt.source} says ${doubt.value}` : ''
    const percent = Math.round(attribute.confidence * 100)
    return [`  ${name}: ${attribute.value} (${percent} %, ${sources.join(', ')}${but})`]
  })
  const addresses = device.addresses.map((use) => use.address).join(', ')
  const services = device.services.map(
    (service) =>
      `${service.transport}/${service.port}${service.protocol ? ` ${service.protocol}` : ''}`,
  )
  return [
    ...lines,
    ...firmwareLines(device),
    `  addresses: ${addresses || 'none'}; MAC ${macsText(device)}`,
    ...(services.length > 0 ? [`  answers on: ${services.join(', ')}`] : []),
    ...(device.limits.length > 0 ? [`  known with limits: ${device.limits.join(', ')}`] : []),
  ].map(safeText)
}

const firmwareLines = ({ firmwareChanges = [] }: Device): string[] =>
  firmwareChanges.map(
    ({ before, after, source, time }) =>
      `  firmware changed: ${before} became ${after} by ${isoTime(time)} (${source})`,
  )

function findingLines(finding: Finding, result: Reported, paint: Paint): string[] {
  const one = result.sources.length === 1
  const evidence = finding.evidence
    .map(({ source, frame }) => (one ? `${frame}` : `${source}:${frame}`))
    .join(', ')
  const unit = finding.evidence[0]?.unit ?? 'frame'
  const label = paint(SEVERITY_STYLE[finding.severity], finding.severity.toUpperCase())
  return [
    `  ${label} ${finding.title} [${finding.detector}] at ${isoTime(finding.time)}`,
    safeText(`    expected: ${finding.expected}`),
    safeText(`    seen:     ${finding.seen}`),
    safeText(`    proof:    ${unit} ${evidence}; ATT&CK ${finding.techniques.join(' ')}`),
  ]
}

const rest = (count: number) =>
  count > 0
    ? ['', `… and ${count} more devices: --details ${count + 50}, --html or --json shows them`]
    : []

/** Findings about nobody of ours. */
function elsewhere(result: Reported, paint: Paint): string[] {
  const known = new Set(
    result.devices.filter(({ kind }) => kind !== 'infrastructure').map((device) => device.id),
  )
  const others = result.findings.filter((finding) => !known.has(finding.device))
  if (others.length === 0) return []
  const title = paint('bold', 'FINDINGS about infrastructure and outside hosts')
  return ['', title, ...others.flatMap((finding) => findingLines(finding, result, paint))]
}

function closingLines(result: Reported, paint: Paint): string[] {
  const oddities = result.anomalies.slice(0, 6).map((one) => `${one.name} ${one.count}`)
  const more = result.anomalies.length > 6 ? `, and ${result.anomalies.length - 6} more kinds` : ''
  return [
    ...(oddities.length > 0 ? [`Odd in the input: ${oddities.join(', ')}${more}`] : []),
    ...(result.flows.duplicateFrames > 0
      ? [`Second copies of frames left out: ${result.flows.duplicateFrames}`]
      : []),
    ...result.limits.map((limit) => limitText(limit)),
    ...result.sources.flatMap(({ problem }) =>
      problem ? [paint('red', `Problem: ${safeText(problem.message)}`)] : [],
    ),
    ...(result.interrupted
      ? [paint('yellow', 'Stopped early: this is what was seen so far.')]
      : []),
  ]
}
