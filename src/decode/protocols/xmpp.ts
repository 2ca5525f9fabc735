// XMPP: which server a device or another server talks to, how it logs in, and the step to TLS.
// Messages are neither read nor kept: an accepted login ends what is looked at.
import type { Cursor } from '../../core/cursor.ts'
import { beginLogin, exchange, type Exchange } from '../sasl.ts'
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

export type XmppFields =
  | { readonly kind: 'stream'; readonly to?: string; readonly from?: string }
  /** `method` is the SASL mechanism, lower case. */
  | { readonly kind: 'login'; readonly user?: string; readonly method: string }
  | { readonly kind: 'login-result'; readonly accepted: boolean }
  | { readonly kind: 'start-tls' }

interface XmppState extends Exchange {
  /** The mechanism of an `<auth>` whose text comes next. */
  mechanism: string
}

/**
 * What is exchanged once somebody is logged in, or the end: a flow that is joined in its middle.
 */
const STANZA = /^(?:<(?:iq|message|presence)\s|<\/stream:stream>)/
/** Longest text up to the end of a tag. */
const TAG_MAX = 4096

export const protocol: Protocol = {
  id: 'xmpp',
  title: 'XMPP',
  spec: 'RFC 6120',
  over: [tcp(5222, 5269)],
  startsWith: [0x3c],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    const stop = Math.min(cursor.end, cursor.offset + 512)
    const text = cursor.bytes.toString('latin1', cursor.offset, stop)
    if (/^(?:<\?xml[^>]*>\s*)?<stream:stream\s/.test(text)) return YES
    return STANZA.test(text) ? MAYBE : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const stop = cursor.find(0x3e, TAG_MAX)
    if (stop < 0) {
      if (cursor.remaining < TAG_MAX) return MORE
      return message.state === undefined ? FOREIGN : END
    }
    const token = cursor.latin1(stop + 1 - cursor.offset)
    const open = token.lastIndexOf('<')
    if (open < 0) return message.state === undefined ? FOREIGN : NEXT
    const state = (message.state ??= { ...exchange(), mechanism: '' }) as XmppState
    return tag(token.slice(open), token.slice(0, open), message, state)
  },
}

/** `text` stands before the tag. */
function tag(token: string, text: string, message: Message, state: XmppState): Progress {
  const name = /^<\/?([\w:.-]{1,64})/.exec(token)?.[1] ?? ''
  if (message.fromOriginator && state.mechanism !== '') {
    // RFC 6120 6.4.2: '=' is an empty first answer.
    const initial = text.trim() === '=' ? '' : text.trim()
    const method = state.mechanism
    state.mechanism = ''
    if (beginLogin(state, method, initial) || initial === '') sayLogin(message, state)
  }
  switch (name) {
    case 'stream:stream':
      if (!token.startsWith('</')) sayStream(token, message)
      return NEXT
    case 'auth':
      state.mechanism = token.startsWith('</') ? '' : (attribute(token, 'mechanism') ?? '')
      return NEXT
    case 'proceed':
      if (message.fromOriginator || !token.includes('xmpp-tls')) return NEXT
      message.emit({ kind: 'start-tls' })
      return SECURE
    case 'success':
    case 'failure':
      if (message.fromOriginator || token.startsWith('</') || !token.includes('xmpp-sasl')) {
        return NEXT
      }
      message.emit({ kind: 'login-result', accepted: name === 'success' })
      return name === 'success' ? END : NEXT
    default:
      return STANZA.test(token) ? END : NEXT
  }
}

function attribute(token: string, name: string): string | undefined {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:'([^']*)'|"([^"]*)")`).exec(token)
  const value = found?.[1] ?? found?.[2]
  return value === undefined || value === '' ? undefined : clip(value, 128)
}

function sayStream(token: string, message: Message): void {
  const to = attribute(token, 'to')
  const from = attribute(token, 'from')
  message.emit({
    kind: 'stream',
    ...(to === undefined ? undefined : { to }),
    ...(from === undefined ? undefined : { from }),
  })
}

function sayLogin(message: Message, { user, method }: XmppState): void {
  message.emit({ kind: 'login', ...(user === '' ? undefined : { user }), method })
}
