// Syslog messages: RFC 5424, with the facts of a finding as structured data, and the two ways to
// frame them: RFC 6587 3.4.1 octets counted (also RFC 5425 4.3), or one a datagram (RFC 5426).
import { isoTime } from '../../core/clock.ts'
import type { Severity } from '../../finding/index.ts'
import type { Form, Message, Sender } from './message.ts'

/** RFC 5424 6.2.1: 2 critical, 3 error, 4 warning, 5 notice, 6 informational. */
const LEVELS: { readonly [severity in Severity]: number } = {
  critical: 2,
  high: 3,
  medium: 4,
  low: 5,
  info: 6,
}
/**
 * The number that IANA keeps for examples (RFC 5612); a registered one replaces it before a
 * release.
 */
const ENTERPRISE = 32473
const NIL = '-'

/** How messages are to be written. */
export interface SyslogStyle {
  /** RFC 5424 6.2.1, 0 … 23. */
  readonly facility: number
  readonly form: Form
  readonly sender: Sender
  /** Longest message in octets; longer ones are cut at a character. */
  readonly octetsMax: number
}

/** One message without its frame. */
export function syslogMessage(message: Message, style: SyslogStyle): Buffer {
  const { finding, at, kind } = message
  const { form, sender, facility } = style
  const level = finding ? LEVELS[finding.severity] : 4
  const head = [
    `<${facility * 8 + level}>1`,
    isoTime(finding?.time ?? at),
    word(sender.host, 255),
    'thingward',
    String(sender.processId),
    word(finding?.detector ?? kind, 32),
    structured(message),
  ].join(' ')
  const text = oneLine(form.write(message, sender))
  const isPlain = /^[\u0020-\u007e]*$/.test(text)
  // RFC 5424 6.4: UTF-8 begins with a mark. Machines' forms begin with their own.
  const mark = !isPlain && form.id === 'text' ? '\ufeff' : ''
  return cut(Buffer.from(`${head} ${mark}${text}`), style.octetsMax)
}

/** RFC 6587 3.4.1: MSG-LEN SP SYSLOG-MSG. */
export const counted = (message: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${message.length} `), message])

/** PRINTUSASCII without blanks, bounded; '-' for nothing. */
const word = (text: string, most: number): string =>
  text.replace(/[^\u0021-\u007e]/g, '_').slice(0, most) || NIL

// eslint-disable-next-line no-control-regex
const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f]+/g, ' ')

/** RFC 5424 6.3: `[id name="value" …]`, with ", \ and ] escaped. */
function structured({ id, kind, finding, count }: Message): string {
  const values: [string, string][] = [
    ['id', finding?.id ?? id],
    ['kind', kind],
  ]
  if (finding) {
    values.push(
      ['severity', finding.severity],
      ['confidence', String(finding.confidence)],
      ['count', String(finding.count)],
      ['device', finding.device],
      ['src', finding.sources[0]?.address ?? ''],
      ['srcMac', finding.sources[0]?.mac ?? ''],
      ['dst', finding.targets[0]?.address ?? ''],
      ['techniques', finding.techniques.join(' ')],
    )
  } else values.push(['count', String(count ?? 0)])
  const told = values
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}="${oneLine(value).replace(/["\\\]]/g, '\\$&')}"`)
  return `[thingward@${ENTERPRISE} ${told.join(' ')}]`
}

/** Never in the middle of a character. */
function cut(bytes: Buffer, most: number): Buffer {
  if (bytes.length <= most) return bytes
  let end = most
  while (end > 0 && (bytes[end] & 0xc0) === 0x80) end--
  return bytes.subarray(0, end)
}
