// Bodies of HTTP/1 messages (RFC 9112 6 and 7): skipped by their length or chunk by chunk, and
// looked at no further than for the title of a page.
import type { Cursor } from '../core/cursor.ts'
import { MORE, NEXT, clip, type Message, type Progress } from './protocol.ts'

export interface HttpState {
  /** By side: octets of the body or of the present chunk to skip; CHUNKED and the like below 0. */
  readonly left: [number, number]
  readonly chunked: [boolean, boolean]
  /** The last request was HEAD, so its response has no body; or CONNECT, and a tunnel follows. */
  method: string
  /** Octets of a page in which its title is still looked for. */
  titleLeft: number
  /** Segments in a row that held no head where one was due. */
  misfits: number
}

/**
 * `left` when a chunk's size is due, lines behind the last chunk, or when only a new head helps.
 */
export const CHUNK_SIZE = -1
const TRAILER = -2
export const RESYNC = -3

/** Octets of a page in which its title is looked for. */
export const TITLE_MAX = 4096

/** Sets what follows a head: so many octets, CHUNK_SIZE or RESYNC. */
export function expectBody(state: HttpState, side: 0 | 1, length: number): void {
  state.left[side] = length
  state.chunked[side] = length === CHUNK_SIZE
}

/** Skips what is there of a body. */
export function skipBody(cursor: Cursor, message: Message, state: HttpState): Progress {
  const side = message.fromOriginator ? 0 : 1
  if (state.titleLeft > 0 && side === 1) {
    const title = findTitle(cursor, state)
    if (title !== '') message.emit({ kind: 'page', title })
  }
  if (state.left[side] > 0) {
    const count = Math.min(state.left[side], cursor.remaining)
    cursor.skip(count)
    state.left[side] -= count
    if (state.left[side] === 0 && state.chunked[side]) state.left[side] = CHUNK_SIZE
    return NEXT
  }
  if (state.left[side] === RESYNC) {
    cursor.seek(cursor.end)
    return NEXT
  }
  const stop = cursor.find(10, 1024)
  if (stop < 0) {
    if (cursor.remaining < 1024) return MORE
    state.left[side] = RESYNC
    cursor.seek(cursor.end)
    return NEXT
  }
  const text = cursor.latin1(Math.min(stop - cursor.offset, 16)).trim()
  cursor.seek(stop + 1)
  if (state.left[side] === TRAILER) {
    if (text === '') state.left[side] = 0
  } else {
    const size = /^[\da-f]{1,8}(?=;|$|\s)/i.exec(text)?.[0]
    const length = size === undefined ? RESYNC : Number.parseInt(size, 16)
    // The line end behind a chunk's octets is skipped with them.
    state.left[side] = length > 0 ? length + 2 : length === 0 ? TRAILER : RESYNC
  }
  return NEXT
}

/** Looks for `<title>` in the body's octets at the cursor, which stays. */
export function findTitle(cursor: Cursor, state: HttpState): string {
  const stop = Math.min(cursor.end, cursor.offset + state.titleLeft)
  state.titleLeft -= stop - cursor.offset
  const text = cursor.bytes.toString('utf8', cursor.offset, stop)
  const found = /<title[^>]{0,64}>([^<]{0,256})/i.exec(text)
  if (!found) return ''
  state.titleLeft = 0
  return clip(found[1].replace(/\s+/g, ' ').trim(), 128)
}
