// BACnet/IP: who discovers, reads, writes and restarts building controllers, and what a device
// object says of itself (name, vendor, model, firmware). Passwords of control services are skipped,
// never read.
import { v4Text } from '../../core/addresses.ts'
import type { Cursor } from '../../core/cursor.ts'
import { BVLC, networkMessageName } from '../bacnet-names.ts'
import { readApdu, type BacnetDraft } from '../bacnet-services.ts'
import { footing, stand, stumble } from '../footing.ts'
import {
  MAYBE,
  MORE,
  NEXT,
  NO,
  YES,
  udp,
  type Certainty,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'

export type { BacnetFields } from '../bacnet-services.ts'

const BACNET_IP = 0x81
const FORWARDED = 4
const RESULT = 0
const HEADER = 4
/** Network messages that change a router's table: initialise, establish, disconnect. */
const ROUTING = new Set([6, 8, 9])
/** BVLC functions that change where broadcasts go: BDT and FDT writes. */
const REDIRECTING = new Set([1, 8])

/** Whether a BVLC function carries an NPDU. */
const carriesNpdu = (type: number) => type === FORWARDED || (type >= 9 && type <= 11)

/**
 * Reads an NPDU (clause 6.2) with its APDU or network message; false when there is nothing to say.
 */
function readNpdu(cursor: Cursor, fields: BacnetDraft): boolean {
  const version = cursor.u8()
  const control = cursor.u8()
  if (version !== 1) {
    cursor.overrun = true
    return false
  }
  if ((control & 0x20) !== 0) {
    fields.destinationNetwork = cursor.u16()
    cursor.skip(cursor.u8())
  }
  if ((control & 8) !== 0) {
    fields.sourceNetwork = cursor.u16()
    fields.sourceStation = cursor.hex(Math.min(cursor.u8(), 18))
  }
  if ((control & 0x20) !== 0) cursor.skip(1)
  if ((control & 0x80) === 0) return readApdu(cursor, fields)
  const type = cursor.u8()
  fields.service = networkMessageName(type)
  fields.operation = ROUTING.has(type) ? 'control' : 'discovery'
  return true
}

export const protocol: Protocol = {
  id: 'bacnet',
  title: 'BACnet/IP',
  spec: 'ANSI/ASHRAE 135',
  over: [udp(47808)],
  industrial: true,
  startsWith: [BACNET_IP],
  packets: Infinity,

  recognise(cursor: Cursor): Certainty {
    const type = cursor.peek(1)
    const length = cursor.peek16(2)
    if (cursor.peek() !== BACNET_IP || type < 0 || type >= BVLC.length || length < HEADER) return NO
    if (length !== cursor.remaining) return length > cursor.remaining ? MAYBE : NO
    if (carriesNpdu(type)) return cursor.peek(type === FORWARDED ? 10 : 4) === 1 ? YES : NO
    return MAYBE
  },

  decode(cursor: Cursor, message: Message): Progress {
    const type = cursor.peek(1)
    const length = cursor.peek16(2)
    if (cursor.peek() !== BACNET_IP || type < 0 || type >= BVLC.length || length < HEADER) {
      return stumble(cursor, message, 'bacnet-header')
    }
    if (!cursor.has(length)) return MORE
    stand(message, footing)
    const body = cursor.sub(length)
    body.skip(HEADER)
    const fields: BacnetDraft = { kind: 'network', operation: 'other', bvlc: BVLC[type] }
    let worth = true
    if (carriesNpdu(type)) {
      if (type === FORWARDED) fields.origin = `${v4Text(body.u32())}:${body.u16()}`
      worth = readNpdu(body, fields)
    } else if (type === RESULT) {
      fields.error = body.u16()
      worth = fields.error !== 0
    } else {
      fields.service = BVLC[type]
      if (REDIRECTING.has(type)) fields.operation = 'write'
    }
    if (body.overrun) message.anomaly('bacnet-short')
    else if (worth) message.emit(fields)
    return NEXT
  },
}
