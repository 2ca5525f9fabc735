// ArcSight's Common Event Format, version 0: seven header fields with | and \ escaped, then
// key=value with =, \ and line ends escaped.
import type { Party, Severity } from '../../../finding/index.ts'
import { messageText, type Form, type Message } from '../message.ts'

const SEVERITY: { readonly [severity in Severity]: number } = {
  info: 2,
  low: 4,
  medium: 6,
  high: 8,
  critical: 10,
}

export const form: Form = {
  id: 'cef',
  title: 'Common Event Format (ArcSight and others)',
  contentType: 'text/plain; charset=utf-8',
  write(message, { version, host }) {
    const { finding } = message
    const head = [
      'CEF:0',
      'Thingward',
      'Thingward',
      header(version),
      header(finding?.detector ?? message.kind),
      header(finding?.title ?? 'Findings dropped'),
      finding ? SEVERITY[finding.severity] : 6,
    ]
    return `${head.join('|')}|${extension({ dvchost: host, ...pairs(message) })}`
  },
}

const milliseconds = (time: number) => Math.floor(time / 1000)

function pairs(message: Message): { readonly [key: string]: string | number } {
  const { finding, id, at, count } = message
  if (!finding)
    return { externalId: id, rt: milliseconds(at), cnt: count ?? 0, msg: messageText(message) }
  const { window, device, techniques, expected, seen } = finding
  return {
    externalId: finding.id,
    rt: milliseconds(finding.time),
    start: milliseconds(window.from),
    end: milliseconds(window.to),
    ...party('s', finding.sources[0]),
    ...party('d', finding.targets[0]),
    cnt: finding.count,
    msg: messageText(message),
    cs1Label: 'expected',
    cs1: expected,
    cs2Label: 'seen',
    cs2: seen,
    ...(techniques.length > 0 ? { cs3Label: 'attackTechniques', cs3: techniques.join(' ') } : {}),
    ...(device === '' ? {} : { cs4Label: 'device', cs4: device }),
    cfp1Label: 'confidence',
    cfp1: finding.confidence,
  }
}

/** `src` and `dst` take IPv4 alone; IPv6 has keys of its own. */
function party(side: 's' | 'd', one: Party | undefined): { [key: string]: string } {
  if (!one) return {}
  const long = side === 's' ? 'Source' : 'Destination'
  const number = side === 's' ? 2 : 3
  const v6 = { [`c6a${number}Label`]: `${long} IPv6 Address`, [`c6a${number}`]: one.address }
  return {
    ...(one.address.includes(':')
      ? v6
      : one.address !== '' && { [`${side}${side === 's' ? 'rc' : 'st'}`]: one.address }),
    ...(one.mac !== '' && { [`${side}mac`]: one.mac }),
  }
}

const header = (text: string): string =>
  text.replace(/[\r\n]+/g, ' ').replace(/[\\|]/g, (letter) => `\\${letter}`)

const extension = (values: { readonly [key: string]: string | number }): string =>
  Object.entries(values)
    .map(([key, value]) => `${key}=${escaped(String(value))}`)
    .join(' ')

const escaped = (text: string): string =>
  text.replace(/[\\=]/g, (letter) => `\\${letter}`).replace(/\r\n|\r|\n/g, '\\n')
