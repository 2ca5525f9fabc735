// FTP's control connection: what serves it, who logs in and whether that worked, which files move.
// The password is recognised and dropped.
import type { Cursor } from '../../core/cursor.ts'
import {
  END,
  FOREIGN,
  MAYBE,
  MORE,
  NEXT,
  NO,
  SECURE,
  YES,
  clip,
  tcp,
  type Certainty,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'

export type FtpFields =
  | { readonly kind: 'banner'; readonly text: string }
  /** Answer to SYST, e.g. 'UNIX Type: L8'. */
  | { readonly kind: 'system'; readonly text: string }
  | { readonly kind: 'login'; readonly user?: string; readonly method: 'password' }
  | { readonly kind: 'login-result'; readonly accepted: boolean }
  | { readonly kind: 'start-tls' }
  | {
      readonly kind: 'transfer'
      readonly method: 'RETR' | 'STOR' | 'STOU' | 'APPE' | 'DELE'
      readonly path: string
    }

interface FtpState {
  user: string
  /** A login waits for its answer. */
  waiting: boolean
  /** AUTH was asked for. */
  securing: boolean
  /** The lines of a greeting so far, and whether it is over. */
  banner: string
  greeted: boolean
}

const LINE_MAX = 2048
const COMMANDS: ReadonlySet<string> = new Set(
  (
    'USER PASS ACCT AUTH CWD XCWD CDUP PWD XPWD QUIT PORT PASV EPRT EPSV TYPE STRU MODE ' +
    'RETR STOR STOU APPE ALLO REST RNFR RNTO ABOR DELE RMD MKD LIST NLST SITE SYST STAT ' +
    'NOOP FEAT SIZE MDTM MLSD MLST PBSZ PROT'
  ).split(' '),
)
const TRANSFERS: ReadonlySet<string> = new Set(['RETR', 'STOR', 'STOU', 'APPE', 'DELE'])

export const protocol: Protocol = {
  id: 'ftp',
  title: 'FTP',
  spec: 'RFC 959, RFC 4217',
  over: [tcp(21, 2121)],
  // The codes of replies, the letters of commands.
  startsWith: [0x31, 0x32, 0x33, 0x34, 0x35, ...Buffer.from('ACDELMNPQRSTUX')],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    if (cursor.startsWith('220 ') || cursor.startsWith('220-')) return greets(cursor)
    return isReply(cursor) || isCommand(cursor) ? MAYBE : NO
  },

  decode(cursor: Cursor, message: Message) {
    const start = cursor.offset
    const line = cursor.line(LINE_MAX)
    if (line === undefined) {
      if (cursor.remaining < LINE_MAX) return MORE
      if (message.state === undefined) return FOREIGN
      message.anomaly('ftp-line-too-long')
      return END
    }
    if (message.state === undefined && !/^(?:\d{3}[ -]|[A-Za-z]{3,4}(?: |$))/.test(line)) {
      cursor.seek(start)
      return FOREIGN
    }
    const state = (message.state ??= {
      user: '',
      waiting: false,
      securing: false,
      banner: '',
      greeted: false,
    }) as FtpState
    return message.fromOriginator ? command(line, message, state) : reply(line, message, state)
  },
}

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57

/** `331 `, `150-`; a flow may be joined in the middle. */
function isReply(cursor: Cursor): boolean {
  const mark = cursor.peek(3)
  return (mark === 32 || mark === 45) && isDigit(cursor.peek(1)) && isDigit(cursor.peek(2))
}

/** A command alone on its line, or with an argument. */
function isCommand(cursor: Cursor): boolean {
  for (let length = 3; length <= 4; length++) {
    const next = cursor.peek(length)
    if (next !== 32 && next !== 13) continue
    return COMMANDS.has(cursor.bytes.toString('latin1', cursor.offset, cursor.offset + length))
  }
  return false
}

/** The word FTP in the greeting tells it from mail, whose servers also begin with 220. */
function greets(cursor: Cursor): Certainty {
  const stop = Math.min(cursor.end, cursor.offset + 256) - 2
  const { bytes } = cursor
  for (let at = cursor.offset + 4; at < stop; at++) {
    if (
      (bytes[at] | 32) === 0x66 &&
      (bytes[at + 1] | 32) === 0x74 &&
      (bytes[at + 2] | 32) === 0x70
    ) {
      return YES
    }
  }
  return MAYBE
}

function command(line: string, message: Message, state: FtpState): Progress {
  const blank = line.indexOf(' ')
  const name = (blank < 0 ? line : line.slice(0, blank)).toUpperCase()
  const rest = blank < 0 ? '' : line.slice(blank + 1)
  if (name === 'USER') state.user = clip(rest, 64)
  else if (name === 'PASS') {
    state.waiting = true
    const user = state.user === '' ? undefined : { user: state.user }
    message.emit({ kind: 'login', ...user, method: 'password' })
  } else if (name === 'AUTH') state.securing = /^(?:TLS|SSL)/i.test(rest)
  else if (TRANSFERS.has(name)) message.emit({ kind: 'transfer', method: name, path: clip(rest) })
  return NEXT
}

function reply(line: string, message: Message, state: FtpState): Progress {
  const code = line.slice(0, 3)
  const text = line.slice(4)
  if (!state.greeted) {
    // Between the first and the last line of a greeting there may be any text.
    const coded = /^\d{3}[ -]/.test(line)
    const part = coded ? text : line
    state.banner = clip(state.banner === '' ? part : `${state.banner} ${part}`.trim())
    if (!coded || line[3] === '-') return NEXT
    state.greeted = true
    if (code === '220') message.emit({ kind: 'banner', text: state.banner.trim() })
    return NEXT
  }
  if (line[3] !== ' ') return NEXT
  if (code === '215') message.emit({ kind: 'system', text: clip(text) })
  else if (code === '234' && state.securing) {
    message.emit({ kind: 'start-tls' })
    return SECURE
  } else if ((code === '230' || code === '530') && state.waiting) {
    state.waiting = false
    message.emit({ kind: 'login-result', accepted: code === '230' })
  }
  return NEXT
}
