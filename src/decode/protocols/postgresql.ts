// PostgreSQL: who asks which server for which database, how the login goes, and whether TLS came
// first. Queries and rows are not read: an accepted login ends what is looked at.
import type { Cursor } from '../../core/cursor.ts'
import {
  END,
  FOREIGN,
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

export type PostgresqlFields =
  | {
      readonly kind: 'start'
      readonly user?: string
      readonly database?: string
      readonly application?: string
    }
  /** `method`: 'password', 'md5', 'sasl', 'other'. */
  | { readonly kind: 'login'; readonly user?: string; readonly method: string }
  | { readonly kind: 'login-result'; readonly accepted: boolean }
  | { readonly kind: 'server'; readonly version: string }
  | { readonly kind: 'start-tls' }

interface PostgresqlState {
  /** Encryption was asked for: the server answers with one letter. */
  asked: boolean
  user: string
  method: string
  said: boolean
}

/** Codes that stand where a version does (PostgreSQL 17, 53.7). */
const CODE = { version3: 0x00030000, tls: 80_877_103, gss: 80_877_104, cancel: 80_877_102 } as const
const METHODS = new Map([
  [3, 'password'],
  [5, 'md5'],
  [10, 'sasl'],
])
const START_MAX = 10_000
const MESSAGE_MAX = 30_000
const LETTER = { R: 0x52, S: 0x53, E: 0x45, Z: 0x5a, p: 0x70 } as const

export const protocol: Protocol = {
  id: 'postgresql',
  title: 'PostgreSQL',
  spec: 'PostgreSQL frontend/backend protocol 3.0',
  over: [tcp(5432)],
  startsWith: [0],
  packets: 12,

  recognise(cursor: Cursor): Certainty {
    const code = startCode(cursor)
    if (code === CODE.version3) return cursor.peek(8) > 0x60 ? YES : NO
    return code > 0 && cursor.remaining === 8 ? YES : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const state = message.state as PostgresqlState | undefined
    if (message.fromOriginator) {
      return cursor.peek() === 0 || !state ? start(cursor, message) : secret(cursor, message, state)
    }
    if (!state) return FOREIGN
    if (!state.asked) return answer(cursor, message, state)
    state.asked = false
    if (cursor.u8() !== LETTER.S) return NEXT
    message.emit({ kind: 'start-tls' })
    return SECURE
  },
}

/** The code behind the length of a message without a letter; 0: something else, -1: too short. */
function startCode(cursor: Cursor): number {
  if (!cursor.has(8)) return -1
  const length = cursor.bytes.readUInt32BE(cursor.offset)
  const code = cursor.bytes.readUInt32BE(cursor.offset + 4)
  if (code === CODE.version3) return length > 8 && length <= START_MAX ? code : 0
  return length === 8 && (code === CODE.tls || code === CODE.gss) ? code : 0
}

function start(cursor: Cursor, message: Message): Progress {
  const code = startCode(cursor)
  if (code < 0) return MORE
  if (code === 0) return message.state === undefined ? FOREIGN : END
  const length = cursor.bytes.readUInt32BE(cursor.offset)
  if (!cursor.has(length)) return MORE
  const state = (message.state ??= {
    asked: false,
    user: '',
    method: 'other',
    said: false,
  } satisfies PostgresqlState) as PostgresqlState
  cursor.skip(8)
  state.asked = code === CODE.tls || code === CODE.gss
  if (state.asked) return NEXT
  const words = cursor.latin1(length - 8).split('\0', 64)
  const value = (name: string) => {
    const at = words.findIndex((word, index) => index % 2 === 0 && word === name)
    return at < 0 ? '' : clip(words[at + 1] ?? '', 64)
  }
  state.user = value('user')
  const database = value('database')
  const application = value('application_name')
  message.emit({
    kind: 'start',
    ...(state.user === '' ? undefined : { user: state.user }),
    ...(database === '' ? undefined : { database }),
    ...(application === '' ? undefined : { application }),
  })
  return NEXT
}

/** What a client sends while it logs in; the secret is passed over. */
function secret(cursor: Cursor, message: Message, state: PostgresqlState): Progress {
  const letter = cursor.peek()
  const length = lengthOf(cursor)
  if (length <= 0) return length < 0 ? MORE : END
  cursor.skip(1 + length)
  if (letter !== LETTER.p || state.said) return NEXT
  state.said = true
  const { user, method } = state
  message.emit({ kind: 'login', ...(user === '' ? undefined : { user }), method })
  return NEXT
}

/** Length of a whole message behind its letter; 0: cannot be one, -1: not whole yet. */
function lengthOf(cursor: Cursor): number {
  if (!cursor.has(5)) return -1
  const length = cursor.bytes.readUInt32BE(cursor.offset + 1)
  if (length < 4 || length > MESSAGE_MAX) return 0
  return cursor.has(1 + length) ? length : -1
}

function answer(cursor: Cursor, message: Message, state: PostgresqlState): Progress {
  const length = lengthOf(cursor)
  if (length <= 0) return length < 0 ? MORE : END
  const letter = cursor.u8()
  cursor.skip(4)
  const body = cursor.sub(length - 4)
  switch (letter) {
    case LETTER.R: {
      const kind = body.u32()
      if (kind === 0) message.emit({ kind: 'login-result', accepted: true })
      else state.method = METHODS.get(kind) ?? state.method
      return NEXT
    }
    case LETTER.S: {
      const [name, value = ''] = body.latin1(body.remaining).split('\0', 2)
      if (name === 'server_version') message.emit({ kind: 'server', version: clip(value, 64) })
      return NEXT
    }
    case LETTER.E:
      if (state.said) message.emit({ kind: 'login-result', accepted: false })
      return END
    default:
      return letter === LETTER.Z ? END : NEXT
  }
}
