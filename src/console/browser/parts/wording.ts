// Numbers, times and words as people read them. Times are ISO 8601 with microseconds, in UTC.

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** `1.5 MB`. */
export function size(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const text = value >= 100 || unit === 0 ? String(Math.round(value)) : value.toPrecision(2)
  return `${text} ${UNITS[unit]}`
}

export const count = (value: number): string => value.toLocaleString('en')

/** `1 flow`, `2 flows`; `plural` where an s is not enough. */
export const countOf = (value: number, noun: string, plural = `${noun}s`): string =>
  `${count(value)} ${value === 1 ? noun : plural}`

export const percent = (part: number): string => `${Math.round(part * 100)} %`

const pad = (value: number) => String(value).padStart(2, '0')

/** `2026-11-22 05:14:22`, in the time zone of the reader. */
export function localTime(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
  return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`
}

const STEPS: readonly (readonly [string, number])[] = [
  ['y', 31_557_600],
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
]

/** `4 min`, `2 h 5 min`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const at = STEPS.findIndex(([, length]) => whole >= length)
  if (at < 0) return '0 s'
  const [unit, length] = STEPS[at]
  const rest = STEPS[at + 1]
  const big = Math.floor(whole / length)
  const small = rest ? Math.floor((whole - big * length) / rest[1]) : 0
  return small > 0 && big < 10 && rest ? `${big} ${unit} ${small} ${rest[0]}` : `${big} ${unit}`
}

/** `4 min ago`, `in 3 d`. */
export function ago(iso: string, now: number): string {
  const seconds = (now - Date.parse(iso)) / 1000
  if (Number.isNaN(seconds)) return iso
  if (Math.abs(seconds) < 5) return 'now'
  return seconds > 0 ? `${shortSpan(seconds)} ago` : `in ${shortSpan(-seconds)}`
}

const shortSpan = (seconds: number) => span(seconds).split(' ').slice(0, 2).join(' ')

/** `access-point` → `Access point`. */
export function plain(word: string): string {
  const known = WORDS[word]
  if (known) return known
  const text = word.replaceAll('-', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** `tcp/443`; nothing where the service says it all, as ARP does. */
export function carrier(transport: string, port: number, service: string): string {
  if (port > 0) return `${transport}/${port}`
  return service !== '' && transport.includes(' ') ? '' : transport
}

/** The last part of a path; an interface or a log is its own name. */
export const sourceName = (source: string): string => source.split(/[/\\]/).at(-1) || source

const WORDS: Readonly<Record<string, string>> = {
  'bms-controller': 'Building controller',
  hmi: 'Operator panel (HMI)',
  io: 'Remote I/O',
  nas: 'Network storage',
  os: 'Operating system',
  plc: 'PLC',
  rtu: 'RTU',
  tv: 'TV',
  ups: 'UPS',
  'voip-phone': 'Desk phone',
  type: 'Category',
}
