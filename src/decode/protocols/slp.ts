// SLP: printers, cameras and servers announce what they offer, or are asked; a known reflector of
// floods. Version 1 is recognised, its contents are not read.
import type { Cursor } from '../../core/cursor.ts'
import { MAYBE, MORE, NEXT, NO, YES, clip, tcp, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type SlpFields = {
  readonly kind:
    | 'service-request'
    | 'service-reply'
    | 'registration'
    | 'deregistration'
    | 'acknowledgement'
    | 'attribute-request'
    | 'attribute-reply'
    | 'directory'
    | 'types-request'
    | 'types-reply'
    | 'agent'
  readonly version: number
  /** Service type that is asked for or registered, e.g. 'service:printer'. */
  readonly type?: string
  readonly urls?: readonly string[]
  readonly types?: readonly string[]
  /** Attributes as they are written: '(x-make=Acme),(x-model=7)'. */
  readonly attributes?: string
  readonly error?: number
}

type Writable = { -readonly [Name in keyof SlpFields]: SlpFields[Name] }

/** RFC 2608 8: functions by number. */
const KINDS: readonly (SlpFields['kind'] | undefined)[] = [
  undefined,
  'service-request',
  'service-reply',
  'registration',
  'deregistration',
  'acknowledgement',
  'attribute-request',
  'attribute-reply',
  'directory',
  'types-request',
  'types-reply',
  'agent',
]
const HEADER = 14
const URLS_MAX = 16
const TCP = 6

export const protocol: Protocol = {
  id: 'slp',
  title: 'Service Location Protocol',
  spec: 'RFC 2608, RFC 2165',
  over: [udp(427), tcp(427)],
  packets: 8,

  recognise(cursor: Cursor): Certainty {
    const version = cursor.peek()
    if (KINDS[cursor.peek(1)] === undefined) return NO
    if (version === 1) return cursor.peek16(2) === cursor.remaining ? MAYBE : NO
    if (version !== 2 || !cursor.has(HEADER + 1)) return NO
    // Length of three octets, a language tag of one to eight.
    const length = cursor.peek(2) * 65_536 + cursor.peek16(3)
    const tag = cursor.peek16(12)
    if (tag < 1 || tag > 8 || length < HEADER + tag) return NO
    return length === cursor.remaining ? YES : MAYBE
  },

  decode(cursor: Cursor, message: Message): Progress {
    const version = cursor.peek()
    const kind = KINDS[cursor.peek(1)]
    const length = version === 2 ? cursor.peek(2) * 65_536 + cursor.peek16(3) : cursor.remaining
    const isTcp = message.packet.ipProtocol === TCP
    if (isTcp && (!cursor.has(5) || (length > cursor.remaining && length < 30_000))) return MORE
    if (kind === undefined || length < HEADER || length > cursor.remaining) {
      if (!message.packet.cut) message.anomaly('slp-malformed')
      cursor.seek(cursor.end)
      return NEXT
    }
    const body = cursor.sub(length)
    const fields: Writable = { kind, version }
    if (version === 2) {
      body.skip(HEADER - 2)
      body.skip(body.u16())
      readBody(body, fields)
      if (body.overrun) message.anomaly('slp-malformed')
    }
    message.emit(fields)
    return NEXT
  },
}

const text = (body: Cursor): string => clip(body.utf8(body.u16()), 256)

function readBody(body: Cursor, fields: Writable): void {
  switch (fields.kind) {
    case 'service-request':
      text(body)
      fields.type = text(body)
      return
    case 'service-reply': {
      fields.error = body.u16()
      const count = Math.min(body.u16(), URLS_MAX)
      const urls: string[] = []
      for (let index = 0; index < count && body.remaining > 0; index++) urls.push(readUrl(body))
      fields.urls = urls.filter((url) => url !== '')
      return
    }
    case 'registration':
      fields.urls = [readUrl(body)]
      fields.type = text(body)
      text(body)
      fields.attributes = text(body)
      return
    case 'attribute-request':
      text(body)
      fields.urls = [text(body)]
      return
    case 'attribute-reply':
      fields.error = body.u16()
      fields.attributes = text(body)
      return
    case 'directory':
    case 'agent':
      if (fields.kind === 'directory') {
        fields.error = body.u16()
        body.skip(4)
      }
      fields.urls = [text(body)]
      text(body)
      fields.attributes = text(body)
      return
    case 'types-reply':
      fields.error = body.u16()
      fields.types = text(body)
        .split(',', 32)
        .filter((type) => type !== '')
  }
}

/** 4.3: a reserved octet, a lifetime, the URL, authentication blocks. */
function readUrl(body: Cursor): string {
  body.skip(3)
  const url = text(body)
  const blocks = body.u8()
  for (let count = 0; count < Math.min(blocks, 8) && body.has(4); count++) {
    body.skip(2)
    body.skip(Math.max(0, body.u16() - 4))
  }
  return url
}
