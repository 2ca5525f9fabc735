// Logins of the mail protocols (SASL, RFC 4422): the user's name is read, the secret is dropped.
import { clip } from './protocol.ts'

/** How the next lines of a client have to be read. */
export const COMMAND = 0
const PLAIN = 1
const LOGIN_USER = 2
const SECRET = 3

/** One side's login on its way; part of a protocol's flow state. */
export interface Exchange {
  /** COMMAND, or what the client's next line is. */
  expect: number
  /** The mechanism, lower case, and the name so far. */
  method: string
  user: string
}

/** No login yet. */
export const exchange = (): Exchange => ({ expect: COMMAND, method: '', user: '' })

/**
 * A login begins, perhaps with its first answer; true when all is known of it and it can be said.
 * The mechanisms beyond PLAIN and LOGIN hide name and secret well enough to be said at once.
 */
export function beginLogin(login: Exchange, method: string, initial: string): boolean {
  login.method = clip(method.toLowerCase(), 24)
  login.user = ''
  if (login.method === 'plain') {
    if (initial === '') login.expect = PLAIN
    else login.user = plainUser(initial)
    return initial !== ''
  }
  if (login.method !== 'login') return true
  if (initial === '') login.expect = LOGIN_USER
  else {
    login.user = decoded(initial)
    login.expect = SECRET
  }
  return false
}

/** The next line of a login; true when all is known of it. */
export function goOn(login: Exchange, line: string): boolean {
  const { expect } = login
  login.expect = COMMAND
  if (expect === LOGIN_USER) {
    login.user = decoded(line)
    login.expect = SECRET
    return false
  }
  if (expect === PLAIN) login.user = plainUser(line)
  return true
}

const decoded = (text: string): string => clip(Buffer.from(text, 'base64').toString('utf8'), 64)

/** RFC 4616: authorisation identity, name and password, apart by NUL. */
function plainUser(text: string): string {
  const parts = Buffer.from(text, 'base64').toString('utf8').split('\0')
  return parts.length >= 3 ? clip(parts[1], 64) : ''
}
