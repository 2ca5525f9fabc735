// How a protocol behaves on bytes that fit no message: at a flow's start they are not its own;
// later a segment was lost or the sender is broken, so it skips to the next segment and gives up
// after a while.
import type { Cursor } from '../core/cursor.ts'
import { END, FOREIGN, NEXT, type Message, type Progress } from './protocol.ts'

/** The part of a protocol's flow state that `stumble` needs; made with the first good message. */
export interface Footing {
  /** Misfits in a row; a protocol sets it to 0 with each good message. */
  misfits: number
}

/** Misfits in a row after which a flow is given up. */
const MISFITS_MAX = 8

/** Called when the bytes at the cursor are no message: skips them and says how to go on. */
export function stumble(cursor: Cursor, message: Message, anomaly: string): Progress {
  const footing = message.state as Footing | undefined
  if (!footing) return FOREIGN
  message.anomaly(anomaly)
  footing.misfits++
  if (footing.misfits >= MISFITS_MAX) return END
  cursor.seek(cursor.end)
  return NEXT
}

/** Called for each good message: the flow's state, made by `create` for the first one. */
export function stand<State extends Footing>(message: Message, create: () => State): State {
  const footing = message.state as State | undefined
  if (footing) {
    footing.misfits = 0
    return footing
  }
  const fresh = create()
  message.state = fresh
  return fresh
}

/** State of protocols that keep nothing else. */
export const footing = (): Footing => ({ misfits: 0 })
