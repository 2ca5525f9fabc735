// Texts of the addresses that messages carry in their bytes. A link speaks of the same few IPv6
// addresses all day, so the last ones are remembered by their bytes.
import { hash4, v6Text, word } from '../core/addresses.ts'

const RECENT = 1024
const words = new Int32Array(RECENT * 4)
const texts = new Array<string>(RECENT).fill('::')

/**
 * The IPv6 address in the 16 bytes at `at`, as RFC 5952 text; the caller has checked that they are
 * there.
 */
export function v6TextAt(bytes: Buffer, at: number): string {
  const a = word(bytes, at)
  const b = word(bytes, at + 4)
  const c = word(bytes, at + 8)
  const d = word(bytes, at + 12)
  const slot = hash4(a, b, c, d) & (RECENT - 1)
  const place = slot << 2
  if (
    words[place] === a &&
    words[place + 1] === b &&
    words[place + 2] === c &&
    words[place + 3] === d
  ) {
    return texts[slot]
  }
  const groups: number[] = []
  for (let index = 0; index < 16; index += 2) groups.push(bytes.readUInt16BE(at + index))
  const text = v6Text(groups)
  words[place] = a
  words[place + 1] = b
  words[place + 2] = c
  words[place + 3] = d
  texts[slot] = text
  return text
}
