// RADIUS: which network device (NAS) lets which user or device in, and the answer. Passwords are
// left out.
import { v4Text } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import { MAYBE, NEXT, NO, clip, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type RadiusFields = {
  readonly kind: string
  readonly identifier: number
  readonly user?: string
  /** The device that asks: its address and its name. */
  readonly nasAddress?: string
  readonly nasName?: string
  /**
   * As a rule the MAC of the device that wants in, and of the access point with its network name.
   */
  readonly callingStation?: string
  readonly calledStation?: string
  readonly assignedAddress?: string
  /** Accounting: 'start', 'stop', 'interim'. */
  readonly status?: string
  readonly vlan?: string
}

const HEADER = 20
const ATTRIBUTES = 128
const KINDS: { readonly [code: number]: string } = {
  1: 'access-request',
  2: 'access-accept',
  3: 'access-reject',
  4: 'accounting-request',
  5: 'accounting-response',
  11: 'access-challenge',
  12: 'status-server',
  40: 'disconnect-request',
  41: 'disconnect-ack',
  42: 'disconnect-nak',
  43: 'coa-request',
  44: 'coa-ack',
  45: 'coa-nak',
}
const STATUSES: { readonly [status: number]: string } = { 1: 'start', 2: 'stop', 3: 'interim' }

type Writable = { -readonly [Name in keyof RadiusFields]: RadiusFields[Name] }

export const protocol: Protocol = {
  id: 'radius',
  title: 'RADIUS',
  spec: 'RFC 2865',
  over: [udp(1812, 1813, 1645, 1646, 1700, 3799)],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    return isRadius(cursor) ? MAYBE : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    if (isRadius(cursor)) {
      const body = cursor.sub(cursor.peek16(2))
      message.emit(read(body))
      if (body.overrun) message.anomaly('radius-malformed')
    } else if (!message.packet.cut) message.anomaly('radius-malformed')
    cursor.seek(cursor.end)
    return NEXT
  },
}

const isRadius = (cursor: Cursor): boolean => {
  const length = cursor.peek16(2)
  return length >= HEADER && length <= cursor.remaining && KINDS[cursor.peek()] !== undefined
}

/** What was read before an attribute that does not fit is good; the cursor is overrun then. */
function read(body: Cursor): RadiusFields {
  const fields: Writable = { kind: KINDS[body.u8()], identifier: body.u8() }
  body.skip(HEADER - 2)
  for (let count = 0; count < ATTRIBUTES && body.remaining > 0; count++) {
    const type = body.u8()
    const length = body.u8() - 2
    if (!body.has(length)) {
      body.overrun = true
      break
    }
    attribute(type, length, body.sub(length), fields)
  }
  return fields
}

function attribute(type: number, length: number, value: Cursor, fields: Writable): void {
  switch (type) {
    case 1:
      fields.user = clip(value.utf8(length))
      break
    case 4:
      if (length === 4) fields.nasAddress = v4Text(value.u32())
      break
    case 8:
      if (length === 4) fields.assignedAddress = v4Text(value.u32())
      break
    case 30:
      fields.calledStation = clip(value.utf8(length))
      break
    case 31:
      fields.callingStation = clip(value.utf8(length))
      break
    case 32:
      fields.nasName = clip(value.utf8(length))
      break
    case 40:
      fields.status = STATUSES[value.u32()]
      break
    case 81:
      // A tag of up to 31 may come first (RFC 2868 3.6).
      fields.vlan = clip(value.utf8(length).replace(/^[\0-\u001f]/, ''))
      break
  }
}
