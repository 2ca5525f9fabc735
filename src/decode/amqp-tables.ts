// Values of AMQP: field tables of 0-9-1 (4.2.5), as far as their texts go, and the few primitive
// types of 1.0 (part 1, 1.6) that openings carry.
import type { Cursor } from '../core/cursor.ts'
import { clip } from './protocol.ts'

const ENTRIES_MAX = 64

export const shortText = (cursor: Cursor): string => clip(cursor.utf8(cursor.u8()))

/** A long string, at most 1024 octets of it. */
export function longText(cursor: Cursor): string {
  const text = cursor.sub(cursor.u32())
  return clip(text.utf8(Math.min(text.remaining, 1024)))
}

/** Octets of 0-9-1's fixed-size values by their type letter. */
const SIZES: Readonly<Record<string, number>> = {
  t: 1,
  b: 1,
  B: 1,
  U: 2,
  u: 2,
  s: 2,
  I: 4,
  i: 4,
  f: 4,
  L: 8,
  l: 8,
  d: 8,
  T: 8,
  D: 5,
  V: 0,
}

/** The texts of a field table by name; others, nested ones too, are skipped. */
export function readTable(cursor: Cursor): Map<string, string> {
  const found = new Map<string, string>()
  const table = cursor.sub(cursor.u32())
  for (let count = 0; count < ENTRIES_MAX && table.remaining > 0; count++) {
    const name = table.latin1(table.u8())
    const type = String.fromCharCode(table.u8())
    if (type === 'S') found.set(name, longText(table))
    else if (type in SIZES) table.skip(SIZES[type])
    else if (type === 'F' || type === 'A' || type === 'x') table.skip(table.u32())
    else break
    if (table.overrun) break
  }
  return found
}

/** Opens a list of 1.0 and hands back how many values are in it. */
export function openList(cursor: Cursor): number {
  const constructor = cursor.u8()
  if (constructor === 0x45) return 0
  if (constructor === 0xc0) {
    cursor.skip(1)
    return cursor.u8()
  }
  if (constructor === 0xd0) {
    cursor.skip(4)
    return cursor.u32()
  }
  return 0
}

/** The next value of 1.0 as text, one character an octet; '' for what is no text and no binary. */
export function readValue(cursor: Cursor): string {
  const constructor = cursor.u8()
  switch (constructor >> 4) {
    case 4:
      return ''
    case 5:
      cursor.skip(1)
      return ''
    case 6:
      cursor.skip(2)
      return ''
    case 7:
      cursor.skip(4)
      return ''
    case 8:
      cursor.skip(8)
      return ''
    case 10:
      return cursor.latin1(cursor.u8())
    case 11:
      return cursor.latin1(cursor.u32())
    default:
      cursor.overrun = true
      return ''
  }
}
