// Telnet: options stripped, prompts read, so that a login and its result are seen without ever
// keeping the password. Behind a login, the names of well-known commands: loaders of bots show
// themselves by them.
import type { Cursor } from '../../core/cursor.ts'
import { stripOptions, type OptionState } from '../telnet-options.ts'
import {
  END,
  MAYBE,
  NEXT,
  NO,
  YES,
  clip,
  tcp,
  type Certainty,
  type Message,
  type Protocol,
} from '../protocol.ts'

export type TelnetFields =
  | { readonly kind: 'banner'; readonly text: string }
  | { readonly kind: 'login'; readonly user?: string; readonly credentials: 'password' }
  | { readonly kind: 'login-result'; readonly accepted: boolean }
  /** A well-known program, e.g. 'wget', 'busybox MIRAI'. */
  | { readonly kind: 'command'; readonly name: string }

/** What the client's next line is. */
const UNKNOWN = 0
const USER = 1
const PASSWORD = 2
/** The password was sent, the server's verdict is due. */
const VERDICT = 3
const SHELL = 4

interface TelnetState {
  readonly options: OptionState
  expect: number
  /** The server's last, unfinished line. */
  tail: string
  banner: string
  bannerSaid: boolean
  user: string
  /** What the client typed of the present line; never a password. */
  typed: string
  attempts: number
  commands: number
  /** Bytes read of both sides. */
  bytes: number
}

const TAIL_MAX = 128
const LINE_MAX = 512
const ATTEMPTS_MAX = 64
const COMMANDS_MAX = 64
const BYTES_MAX = 65_536

const USER_PROMPT = /(?:log ?in|user ?name|user|account|benutzer)[^\w]{0,12}[:>][ \t]*$/i
const PASSWORD_PROMPT = /pass ?(?:word|wd|code|wort)?[^:>]{0,24}[:>][ \t]*$/i
const SHELL_PROMPT = /[#$%>\]][ \t]*$/
const REFUSED = /incorrect|fail|invalid|denied|\bbad\b|wrong|refus|reject|unknown user/i
const WELCOMED = /last login|welcome|busybox v|logged (?:in|on)|success/i

/** What bots and people call; arguments are dropped, since they may be secrets. */
const COMMANDS: ReadonlySet<string> = new Set(
  (
    'busybox sh ash bash shell system enable linuxshell development su sudo wget curl tftp ' +
    'ftpget ftpput ftp nc telnet ssh scp chmod chown cat cp mv rm mkdir dd echo printf ps ' +
    'kill killall pkill mount umount iptables nft reboot halt poweroff passwd useradd ' +
    'adduser crontab uname id ifconfig ip route netstat nvram flash_erase mtd insmod rmmod ' +
    'perl python configure copy reload'
  ).split(' '),
)

export const protocol: Protocol = {
  id: 'telnet',
  title: 'Telnet',
  spec: 'RFC 854',
  over: [tcp(23, 2323, 26, 60023)],
  // Options, and whatever a greeting or a prompt on the own ports begins with.
  startsWith: [0xff, 0, 10, 13, 27, ...Array.from({ length: 95 }, (_, index) => 32 + index)],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    if (cursor.peek() !== 0xff) return MAYBE
    const command = cursor.peek(1)
    const option = cursor.peek(2)
    if (command < 0xfa || command > 0xfe || option > 56) return NO
    const next = cursor.peek(3)
    return option >= 0 && (next < 0 || next === 0xff || command === 0xfa) ? YES : MAYBE
  },

  decode(cursor: Cursor, message: Message) {
    const state = (message.state ??= {
      options: { phase: [0, 0] },
      expect: UNKNOWN,
      tail: '',
      banner: '',
      bannerSaid: false,
      user: '',
      typed: '',
      attempts: 0,
      commands: 0,
      bytes: 0,
    }) as TelnetState
    // Logins come first; what follows may be a bulk transfer of any size.
    state.bytes += cursor.remaining
    if (state.bytes > BYTES_MAX) return END
    const text = stripOptions(cursor, state.options, message.fromOriginator ? 0 : 1)
    if (text !== '') {
      if (message.fromOriginator) readClient(text, message, state)
      else readServer(text, message, state)
    }
    return state.attempts > ATTEMPTS_MAX || state.commands > COMMANDS_MAX ? END : NEXT
  },
}

function readServer(text: string, message: Message, state: TelnetState): void {
  const lines = (state.tail + text).split('\n')
  state.tail = lines.pop()!.slice(-TAIL_MAX)
  if (!state.bannerSaid) {
    for (const line of lines) {
      if (state.banner.length < 256) state.banner = `${state.banner} ${line.trim()}`.trim()
    }
  }
  if (state.expect === VERDICT) {
    for (const line of [...lines, state.tail]) {
      if (REFUSED.test(line)) return sayVerdict(false, message, state)
      if (WELCOMED.test(line)) return sayVerdict(true, message, state)
    }
  }
  readPrompt(message, state)
}

/** What the server's unfinished line asks for. */
function readPrompt(message: Message, state: TelnetState): void {
  const { tail } = state
  if (PASSWORD_PROMPT.test(tail)) {
    if (state.expect === VERDICT) sayVerdict(false, message, state)
    sayBanner(message, state)
    state.expect = PASSWORD
  } else if (USER_PROMPT.test(tail) && !/last/i.test(tail)) {
    if (state.expect === VERDICT) sayVerdict(false, message, state)
    sayBanner(message, state)
    state.expect = USER
    state.user = ''
    state.typed = ''
  } else if (SHELL_PROMPT.test(tail) && state.expect !== USER) {
    if (state.expect === VERDICT) sayVerdict(true, message, state)
    sayBanner(message, state)
    if (state.expect !== SHELL) state.typed = ''
    state.expect = SHELL
  }
}

function sayBanner(message: Message, state: TelnetState): void {
  if (state.bannerSaid) return
  state.bannerSaid = true
  const text = clip(state.banner.replace(/\x1b\[[\d;]*[A-Za-z]/g, '').trim())
  state.banner = ''
  if (text !== '') message.emit({ kind: 'banner', text })
}

function sayVerdict(accepted: boolean, message: Message, state: TelnetState): void {
  message.emit({ kind: 'login-result', accepted })
  state.expect = accepted ? SHELL : UNKNOWN
  state.typed = ''
  if (!accepted) readPrompt(message, state)
}

function readClient(text: string, message: Message, state: TelnetState): void {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 13 || code === 10) endLine(message, state)
    else if (state.expect === PASSWORD) continue
    else if (code === 8 || code === 127) state.typed = state.typed.slice(0, -1)
    else if (code >= 32 && state.typed.length < LINE_MAX) state.typed += text[at]
  }
}

/** The client ended a line: a name, a password (of which nothing was kept), or a command. */
function endLine(message: Message, state: TelnetState): void {
  const { typed, expect } = state
  state.typed = ''
  if (expect === USER) {
    if (typed === '') return
    state.user = clip(typed.trim(), 64)
    state.expect = UNKNOWN
  } else if (expect === PASSWORD) {
    state.attempts++
    state.expect = VERDICT
    const user = state.user === '' ? undefined : { user: state.user }
    message.emit({ kind: 'login', ...user, credentials: 'password' })
  } else if (expect === SHELL && typed !== '') sayCommands(typed, message, state)
}

function sayCommands(typed: string, message: Message, state: TelnetState): void {
  for (const part of typed.split(/[;|&]+/, 8)) {
    const [path, argument = ''] = part.trim().split(/\s+/, 2)
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (!COMMANDS.has(name)) continue
    state.commands++
    const applet = name === 'busybox' && /^[\w-]{1,20}$/.test(argument) ? ` ${argument}` : ''
    message.emit({ kind: 'command', name: name + applet })
  }
}
