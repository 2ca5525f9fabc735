// What GOOSE and sampled values share (IEC 61850-8-1 annex C, 61850-9-2 clause 5): the header of
// application id, length and reserved words in front of a BER-coded unit.
import type { Cursor } from '../core/cursor.ts'
import { Der } from './der.ts'

export type SubstationFrame = {
  readonly appId: number
  /** The frame says that it comes from a test set (bit S of the first reserved word). */
  readonly simulated: boolean
  /** Stands before the first element inside the unit. */
  readonly unit: Der
}

const HEADER = 8
const SIMULATED = 0x8000

/** Reads the header and enters the unit of identifier `tag`; undefined when they do not fit. */
export function readSubstationFrame(cursor: Cursor, tag: number): SubstationFrame | undefined {
  const start = cursor.offset
  const appId = cursor.u16()
  const length = cursor.u16()
  const reserved = cursor.u16()
  cursor.skip(2)
  if (cursor.overrun || length < HEADER || start + length > cursor.end) return undefined
  const unit = new Der(cursor.bytes, start + HEADER, start + length)
  if (!unit.expect(tag)) return undefined
  unit.enter()
  return { appId, simulated: (reserved & SIMULATED) !== 0, unit }
}
