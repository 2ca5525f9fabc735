// Google's QUIC before the standard (versions Q025 to Q046): its client says the server's name and
// its own program in the clear, in a CHLO message of tags.
import type { Cursor } from '../core/cursor.ts'

/** What a CHLO says; '' where it does not. */
export interface ClientTags {
  readonly serverName: string
  readonly userAgent: string
}

/** What a client's first packet says. */
export interface GoogleHello extends ClientTags {
  /** e.g. 'Q046'. */
  readonly version: string
  /** Length of the connection id, 8 in all of them. */
  readonly connectionIdLength: number
}

const TAGS_MAX = 64
const TEXT_MAX = 256
const CHLO = Buffer.from('CHLO')
/** The tags lie behind packet number, check value and the head of a stream frame. */
const SEARCHED = 64

/**
 * Where the version stands, from the cursor on: behind the public flags and the connection id, or,
 * from Q044 on, behind the first octet. 0 when this is no client's first packet.
 */
function versionAt(cursor: Cursor): number {
  const first = cursor.peek()
  const at = first >= 0xc0 ? 1 : (first & 0xc9) === 9 ? 9 : 0
  if (at === 0 || cursor.peek16(at) !== 0x5130) return 0
  const [tens, ones] = [cursor.peek(at + 2), cursor.peek(at + 3)]
  // Q049 and Q050 are sealed as the standard's packets are.
  if (tens < 0x32 || tens > 0x34 || ones < 0x30 || ones > 0x39) return 0
  return tens === 0x34 && ones > 0x36 ? 0 : at
}

/** Whether the cursor stands on a client's first packet of Google's QUIC. */
export const isGoogleQuic = (cursor: Cursor): boolean => versionAt(cursor) > 0

/** Reads the packet at the cursor; undefined when it is none. Does not move. */
export function readGoogleQuic(cursor: Cursor): GoogleHello | undefined {
  const at = versionAt(cursor)
  if (at === 0) return undefined
  const { bytes, offset, end } = cursor
  const version = bytes.toString('latin1', offset + at, offset + at + 4)
  const tags = findClientTags(bytes.subarray(offset + at + 4, end)) ?? NOTHING
  return { version, connectionIdLength: 8, ...tags }
}

const NOTHING: ClientTags = { serverName: '', userAgent: '' }

/** The CHLO that begins soon in `bytes`, behind the head of the frame it is in. */
export function findClientTags(bytes: Buffer): ClientTags | undefined {
  const at = bytes.subarray(0, SEARCHED).indexOf(CHLO)
  return at < 0 || at + 8 > bytes.length ? undefined : readClientTags(bytes, at)
}

/** A CHLO message: tags with the ends of their values, then the values, little-endian. */
function readClientTags(bytes: Buffer, at: number): ClientTags {
  const end = bytes.length
  const count = bytes.readUInt16LE(at + 4)
  const values = at + 8 + count * 8
  const texts = new Map<string, string>()
  let from = 0
  for (let index = 0; index < Math.min(count, TAGS_MAX); index++) {
    const entry = at + 8 + index * 8
    if (entry + 8 > end) break
    const to = bytes.readUInt32LE(entry + 4)
    if (to < from || values + to > end) break
    const tag = bytes.toString('latin1', entry, entry + 4)
    const stop = values + Math.min(to, from + TEXT_MAX)
    if (tag === 'SNI\0' || tag === 'UAID') {
      texts.set(tag, bytes.toString('latin1', values + from, stop))
    }
    from = to
  }
  return { serverName: texts.get('SNI\0') ?? '', userAgent: texts.get('UAID') ?? '' }
}
