// Message heads of HTTP, RTSP and SIP (RFC 9112 2.1 and its kin): a start line, header lines, an
// empty line. Lines are found in place; texts are made only of the values that somebody asks for.
// No secret leaves it: of credentials only their scheme and the user name.
import type { Cursor } from '../core/cursor.ts'
import { FOREIGN, MORE, NEXT, clip, type Progress } from './protocol.ts'

/** Longest head that is read; real ones end far below. */
const HEAD_MAX = 16_384
const LINES_MAX = 96
const LF = 10
const CR = 13
const COLON = 58

export type Credentials = 'basic' | 'digest' | 'bearer' | 'other'

/** One head at a time; a protocol makes one and uses it for all flows. */
export class Head {
  private bytes: Buffer = Buffer.alloc(0)
  private count = 0
  private readonly starts = new Int32Array(LINES_MAX)
  private readonly ends = new Int32Array(LINES_MAX)

  /**
   * Finds the lines of the head at the cursor and moves behind it. MORE while the empty line is
   * missing; with `cut`, what is there counts as all. FOREIGN when it is longer than any head.
   */
  read(cursor: Cursor, cut: boolean): Progress {
    const { bytes, end } = cursor
    this.bytes = bytes
    this.count = 0
    let at = cursor.offset
    const limit = Math.min(end, at + HEAD_MAX)
    while (at < limit) {
      let stop = bytes.indexOf(LF, at)
      if (stop < 0 || stop >= limit) {
        if (!cut) break
        stop = limit
      }
      const last = stop > at && bytes[stop - 1] === CR ? stop - 1 : stop
      if (last === at && this.count > 0) {
        cursor.seek(stop + 1)
        return NEXT
      }
      if (this.count < LINES_MAX) {
        this.starts[this.count] = at
        this.ends[this.count++] = last
      }
      at = stop + 1
    }
    if (cut && this.count > 0) {
      cursor.seek(end)
      return NEXT
    }
    return at >= limit && end - cursor.offset >= HEAD_MAX ? FOREIGN : MORE
  }

  /** The start line, at most `limit` characters of it. */
  startLine(limit = 2048): string {
    const start = this.starts[0]
    return this.bytes.toString('latin1', start, Math.min(this.ends[0], start + limit))
  }

  /** The value of the first header of this name (given in lower case); '' without one. */
  value(name: string, limit = 256): string {
    const line = this.find(name)
    if (line < 0) return ''
    const { bytes } = this
    let start = this.starts[line] + name.length + 1
    let end = Math.min(this.ends[line], start + limit + 16)
    while (start < end && isBlank(bytes[start])) start++
    while (end > start && isBlank(bytes[end - 1])) end--
    return clip(bytes.toString('latin1', start, end), limit)
  }

  has(name: string): boolean {
    return this.find(name) >= 0
  }

  private find(name: string): number {
    const { bytes } = this
    const length = name.length
    const first = name.charCodeAt(0)
    for (let line = 1; line < this.count; line++) {
      const start = this.starts[line]
      if ((bytes[start] | 32) !== first || this.ends[line] - start <= length) continue
      if (bytes[start + length] !== COLON) continue
      let index = 1
      while (index < length && lower(bytes[start + index]) === name.charCodeAt(index)) index++
      if (index === length) return line
    }
    return -1
  }
}

const isBlank = (byte: number): boolean => byte === 32 || byte === 9 || byte === CR
const lower = (byte: number): number => (byte >= 65 && byte <= 90 ? byte | 32 : byte)

/** The scheme of an Authorization value and the name of the user, never the secret. */
export function readCredentials(value: string): { credentials: Credentials; user: string } {
  const space = value.indexOf(' ')
  const scheme = (space < 0 ? value : value.slice(0, space)).toLowerCase()
  if (scheme === 'basic') {
    const plain = Buffer.from(value.slice(space + 1), 'base64').toString('utf8')
    const colon = plain.indexOf(':')
    return { credentials: 'basic', user: colon < 0 ? '' : clip(plain.slice(0, colon), 64) }
  }
  if (scheme === 'digest') return { credentials: 'digest', user: parameter(value, 'username') }
  return { credentials: scheme === 'bearer' ? 'bearer' : 'other', user: '' }
}

/** The scheme and realm of a WWW-Authenticate value. */
export function readChallenge(value: string): { authenticate: Credentials; realm: string } {
  const scheme = /^\w*/.exec(value)![0].toLowerCase()
  const known = scheme === 'basic' || scheme === 'digest' || scheme === 'bearer'
  return { authenticate: known ? scheme : 'other', realm: parameter(value, 'realm') }
}

/** A quoted or bare parameter of an authentication header; '' without it. */
function parameter(value: string, name: string): string {
  const at = value.toLowerCase().indexOf(`${name}=`)
  if (at < 0) return ''
  const rest = value.slice(at + name.length + 1)
  const found = rest[0] === '"' ? /^"([^"]*)/.exec(rest) : /^([^\s,]*)/.exec(rest)
  return clip(found![1], 64)
}

/** What forms call a password and a user's name, perhaps behind `form_` or `auth.`. */
const PASSWORD =
  /^(?:.*[_.-]|login|user|admin|new|old|wpa)?(?:pass(?:w(?:or)?d|wort|phrase)?|p(?:wd?|sw|sk))\d?$/i
const USER =
  /^(?:.*[_.-])?(?:login|log)?(?:user(?:_?name|id)?|usr|uname|login|account|email|name)$/i

/**
 * Looks through `key=value&…` for a password's key. Values are dropped, but the user name's;
 * undefined when there is no password in it.
 */
export function readForm(text: string): { user: string } | undefined {
  let user = ''
  let found = false
  for (const pair of text.split('&', 64)) {
    const equals = pair.indexOf('=')
    if (equals <= 0 || equals > 40 || equals === pair.length - 1) continue
    const key = pair.slice(0, equals)
    if (PASSWORD.test(key)) found = true
    else if (user === '' && USER.test(key)) user = unescaped(pair.slice(equals + 1, equals + 200))
  }
  return found ? { user: clip(user, 64) } : undefined
}

/** The same for a JSON object's text. */
export function readJsonLogin(text: string): { user: string } | undefined {
  if (!/"(?:pass|passwd|password|passphrase|pwd|psw)"\s*:\s*"/i.test(text)) return undefined
  const user = /"(?:user|username|user_name|login|account|email|name)"\s*:\s*"([^"]{0,64})"/i.exec(
    text,
  )
  return { user: clip(user?.[1] ?? '', 64) }
}

function unescaped(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced // not everything that looks escaped is
  }
}

/**
 * A request's target without what may be secret: user information, the values of the query, path
 * segments that look like tokens. `/cgi-bin/user?name=x&pwd=y` → `/cgi-bin/user?name&pwd`.
 */
export function targetText(target: string): string {
  let text = target
  const scheme = text.indexOf('://')
  if (scheme > 0 && scheme < 8) {
    const slash = text.indexOf('/', scheme + 3)
    const authority = text.slice(scheme + 3, slash < 0 ? undefined : slash)
    const at = authority.lastIndexOf('@')
    if (at >= 0) text = text.slice(0, scheme + 3) + text.slice(scheme + 4 + at)
  }
  const hash = text.indexOf('#')
  if (hash >= 0) text = text.slice(0, hash)
  const question = text.indexOf('?')
  if (question >= 0) {
    const keys = text.slice(question + 1, question + 1025).replace(/=[^&]*/g, '')
    text = `${text.slice(0, question)}?${keys}`
  }
  if (text.length > 32) text = text.replace(TOKEN, (part) => (UUID.test(part) ? part : '*'))
  return clip(text)
}

/** 32 and more letters and digits in a row, as keys and tokens are; a UUID is a name. */
const TOKEN = /(?<=[/?&:])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{32,}(?=[/?&]|$)/g
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i
