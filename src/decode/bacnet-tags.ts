// BACnet's encoding (ANSI/ASHRAE 135 clause 20.2): tags, object identifiers, character strings.
// Everything stays inside the cursor's bounds; a broken tag sets the cursor's overrun like any
// short read.
import type { Cursor } from '../core/cursor.ts'
import { clip } from './protocol.ts'

export type Tag = {
  /** Application data type, or the context number. */
  readonly number: number
  readonly context: boolean
  readonly opening: boolean
  readonly closing: boolean
  /** Bytes of content behind the tag; 0 for opening, closing and application booleans. */
  readonly length: number
}

/** Application tag numbers that are read. */
export const TYPE = { unsigned: 2, text: 7, enumerated: 9, object: 12 } as const

const BOOLEAN = 1

/** Reads one tag (clause 20.2.1); the cursor then stands on its content. */
export function readTag(cursor: Cursor): Tag {
  const first = cursor.u8()
  const context = (first & 8) !== 0
  let number = first >> 4
  if (number === 15) number = cursor.u8()
  const kind = first & 7
  if (context && kind >= 6) {
    return { number, context, opening: kind === 6, closing: kind === 7, length: 0 }
  }
  let length = kind
  if (kind === 5) {
    length = cursor.u8()
    if (length === 254) length = cursor.u16()
    else if (length === 255) length = cursor.u32()
  }
  if (!context && number === BOOLEAN) length = 0
  if (!cursor.has(length)) cursor.overrun = true
  return { number, context, opening: false, closing: false, length }
}

/** Whether the next tag is this context tag with content (not opening or closing). */
export function isContext(cursor: Cursor, number: number): boolean {
  const first = cursor.peek()
  return first >> 4 === number && (first & 8) !== 0 && (first & 7) <= 5
}

export const isOpening = (cursor: Cursor, number: number) => cursor.peek() === ((number << 4) | 0xe)
export const isClosing = (cursor: Cursor, number: number) => cursor.peek() === ((number << 4) | 0xf)

/** The unsigned number of a context tag that must come next; undefined when another one does. */
export function contextNumber(cursor: Cursor, number: number): number | undefined {
  if (!isContext(cursor, number)) return undefined
  return readNumber(cursor, readTag(cursor).length)
}

/** 1 to 4 bytes, big-endian; longer ones are skipped and read as 0. */
export function readNumber(cursor: Cursor, length: number): number {
  if (length === 1) return cursor.u8()
  if (length === 2) return cursor.u16()
  if (length === 3) return cursor.u24()
  if (length === 4) return cursor.u32()
  cursor.skip(length)
  return 0
}

/** A character string (clause 20.2.9): UTF-8, UCS-2, UCS-4 and Latin-1; '' for others. */
export function readText(cursor: Cursor, length: number): string {
  if (length < 1) return ''
  const charset = cursor.u8()
  const size = length - 1
  if (charset === 0) return clip(cursor.utf8(size))
  if (charset === 5) return clip(cursor.latin1(size))
  if (charset === 3 || charset === 4) return clip(readWide(cursor, size, charset === 3 ? 4 : 2))
  cursor.skip(size)
  return ''
}

function readWide(cursor: Cursor, size: number, width: number): string {
  const body = cursor.sub(size)
  let text = ''
  while (body.remaining >= width && text.length < 256) {
    const code = width === 2 ? body.u16() : body.u32()
    text += code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
  }
  return text
}

/** Skips one value: a primitive, or everything between an opening tag and its closing tag. */
export function skipValue(cursor: Cursor): void {
  let depth = 0
  do {
    const tag = readTag(cursor)
    if (tag.opening) depth++
    else if (tag.closing) depth--
    else cursor.skip(tag.length)
  } while (depth > 0 && !cursor.overrun)
}
