// KNX telegrams in cEMI (KNX system specifications 3/6/3 and 3/3/7): who sends what to which group
// or device, and what that does.
import type { Cursor } from '../core/cursor.ts'
import type { Operation } from './operation.ts'

export type KnxTelegram = {
  /** Application service, e.g. 'group value write'. */
  readonly name: string
  readonly operation: Operation
  /** Individual address of the sender, e.g. '1.1.5'. */
  readonly sender: string
  /** Group address '1/2/3' or individual address '1.1.5'. */
  readonly target: string
}

const LINK_REQUEST = 0x11
const LINK_INDICATION = 0x29

type Row = readonly [name: string, operation: Operation]

const SERVICES = new Map<number, Row>([
  [0x000, ['group value read', 'read']],
  [0x040, ['group value response', 'monitor']],
  [0x080, ['group value write', 'write']],
  [0x0c0, ['individual address write', 'control']],
  [0x100, ['individual address read', 'discovery']],
  [0x140, ['individual address response', 'discovery']],
  [0x200, ['memory read', 'read']],
  [0x240, ['memory response', 'read']],
  [0x280, ['memory write', 'control']],
  [0x300, ['device descriptor read', 'discovery']],
  [0x340, ['device descriptor response', 'discovery']],
  [0x380, ['restart', 'control']],
])
const EXTENDED = new Map<number, Row>([
  [0x2c0, ['function property command', 'control']],
  [0x2c1, ['function property state read', 'read']],
  [0x2c2, ['user memory write', 'control']],
  [0x3d1, ['authorize', 'other']],
  [0x3d2, ['authorize response', 'other']],
  [0x3d3, ['key write', 'control']],
  [0x3d5, ['property value read', 'read']],
  [0x3d6, ['property value response', 'read']],
  [0x3d7, ['property value write', 'control']],
  [0x3d8, ['property description read', 'read']],
  [0x3f1, ['secure', 'other']],
])

/** Services whose lower six bits are data, and those that use all ten bits. */
function serviceOf(code: number): Row {
  const named = EXTENDED.get(code) ?? SERVICES.get(code & 0x3c0)
  return named ?? [`service 0x${code.toString(16).padStart(3, '0')}`, 'other']
}

export const individualText = (address: number) =>
  `${address >> 12}.${(address >> 8) & 15}.${address & 255}`

const groupText = (address: number) => `${address >> 11}/${(address >> 8) & 7}/${address & 255}`

/** Reads a data telegram that is sent or received; undefined for confirmations and other kinds. */
export function readTelegram(cursor: Cursor): KnxTelegram | undefined {
  const code = cursor.u8()
  if (code !== LINK_REQUEST && code !== LINK_INDICATION) return undefined
  cursor.skip(cursor.u8())
  cursor.skip(1)
  const group = (cursor.u8() & 0x80) !== 0
  const sender = individualText(cursor.u16())
  const address = cursor.u16()
  const target = group ? groupText(address) : individualText(address)
  const length = cursor.u8()
  // Without application data it is transport control: connect, disconnect, acknowledge.
  if (length === 0 || cursor.overrun) return undefined
  const [name, operation] = serviceOf(cursor.u16() & 0x3ff)
  return cursor.overrun ? undefined : { name, operation, sender, target }
}
