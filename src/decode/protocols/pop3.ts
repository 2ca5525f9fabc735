// POP3: which mail server a device fetches from, who logs in, and whether in the clear. Mail is
// neither read nor kept: an accepted login ends what is looked at.
import type { Cursor } from '../../core/cursor.ts'
import { COMMAND, beginLogin, exchange, goOn, type Exchange } from '../sasl.ts'
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

export type Pop3Fields =
  | { readonly kind: 'banner'; readonly text: string }
  /** Answer to CAPA: names, upper case; `software` is what IMPLEMENTATION says. */
  | { readonly kind: 'capabilities'; readonly list: readonly string[]; readonly software?: string }
  /** `method`: 'password', 'apop' or a SASL mechanism, lower case. */
  | { readonly kind: 'login'; readonly user?: string; readonly method: string }
  | { readonly kind: 'login-result'; readonly accepted: boolean }
  | { readonly kind: 'start-tls' }

interface Pop3State extends Exchange {
  greeted: boolean
  /** Commands that wait for their answer, oldest first. */
  readonly waiting: string[]
  /** Names of the list that is being answered. */
  list: string[] | undefined
  software: string
}

const LINE_MAX = 2048
const WAITING_MAX = 32
const LIST_MAX = 32
const COMMANDS =
  /^(?:USER|PASS|APOP|AUTH|CAPA|STLS|QUIT|STAT|LIST|RETR|DELE|NOOP|RSET|TOP|UIDL|UTF8|LANG)(?: |$)/i

export const protocol: Protocol = {
  id: 'pop3',
  title: 'POP3',
  spec: 'RFC 1939, RFC 2449, RFC 2595, RFC 5034',
  over: [tcp(110)],
  // '+OK' of the server; CAPA, AUTH, APOP, USER, STLS of the client.
  startsWith: [0x2b, ...Buffer.from('CAUScaus')],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    if (cursor.startsWith('+OK')) {
      const stop = Math.min(cursor.end, cursor.offset + 256)
      return /\bPOP3?\b/i.test(cursor.bytes.toString('latin1', cursor.offset, stop)) ? YES : MAYBE
    }
    const next = cursor.peek(4)
    if (next !== 32 && next !== 13) return NO
    return COMMANDS.test(
      cursor.bytes.toString('latin1', cursor.offset, cursor.offset + 5).trimEnd(),
    )
      ? MAYBE
      : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const line = cursor.line(LINE_MAX)
    if (line === undefined) {
      if (cursor.remaining < LINE_MAX) return MORE
      return message.state === undefined ? FOREIGN : END
    }
    if (message.state === undefined && !COMMANDS.test(line) && !/^(?:\+OK|-ERR)/.test(line)) {
      return FOREIGN
    }
    const state = (message.state ??= {
      ...exchange(),
      greeted: false,
      waiting: [],
      list: undefined,
      software: '',
    }) as Pop3State
    if (message.fromOriginator) return command(line, message, state)
    return state.list ? listed(line, message, state) : reply(line, message, state)
  },
}

function command(line: string, message: Message, state: Pop3State): Progress {
  if (state.expect !== COMMAND) {
    // '*' calls it off (RFC 5034 4).
    if (line === '*') state.expect = COMMAND
    else if (goOn(state, line)) sayLogin(message, state)
    return NEXT
  }
  if (!COMMANDS.test(line)) return NEXT
  state.greeted = true
  const [name, argument = '', initial = ''] = line.split(' ', 3)
  const word = name.toUpperCase()
  if (state.waiting.length >= WAITING_MAX) return END
  state.waiting.push(word === 'AUTH' && argument === '' ? 'LISTING' : word)
  if (word === 'USER') state.user = clip(argument, 64)
  else if (word === 'PASS') {
    state.method = 'password'
    sayLogin(message, state)
  } else if (word === 'APOP') {
    state.method = 'apop'
    state.user = clip(argument, 64)
    sayLogin(message, state)
  } else if (word === 'AUTH' && argument !== '' && beginLogin(state, argument, initial)) {
    sayLogin(message, state)
  }
  return NEXT
}

function sayLogin(message: Message, { user, method }: Pop3State): void {
  message.emit({ kind: 'login', ...(user === '' ? undefined : { user }), method })
}

function reply(line: string, message: Message, state: Pop3State): Progress {
  const accepted = line.startsWith('+OK')
  if (!accepted && !line.startsWith('-ERR')) return NEXT
  if (!state.greeted) {
    state.greeted = true
    if (accepted) message.emit({ kind: 'banner', text: clip(line.slice(3).trim()) })
    return NEXT
  }
  const asked = state.waiting.shift()
  state.expect = COMMAND
  switch (asked) {
    case 'PASS':
    case 'APOP':
    case 'AUTH':
      message.emit({ kind: 'login-result', accepted })
      return accepted ? END : NEXT
    case 'CAPA':
    case 'LISTING':
      if (accepted) state.list = []
      return NEXT
    case 'STLS':
      if (!accepted) return NEXT
      message.emit({ kind: 'start-tls' })
      return SECURE
    default:
      return NEXT
  }
}

/** Lines up to a dot alone. */
function listed(line: string, message: Message, state: Pop3State): Progress {
  const list = state.list as string[]
  if (line !== '.') {
    const [name, ...rest] = line.split(' ')
    if (list.length < LIST_MAX) list.push(clip(name.toUpperCase(), 32))
    if (/^IMPLEMENTATION$/i.test(name)) state.software = clip(rest.join(' '), 128)
    return NEXT
  }
  const software = state.software === '' ? undefined : { software: state.software }
  if (list.length > 0) message.emit({ kind: 'capabilities', list, ...software })
  state.list = undefined
  state.software = ''
  return NEXT
}
