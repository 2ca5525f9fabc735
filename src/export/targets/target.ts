// A receiver of messages, whatever its protocol. It sends what it is given, in order, and says how
// many of them have arrived.
import type { Message } from './message.ts'

/** What became of a batch. */
export interface Delivery {
  /** So many from the front have arrived. */
  readonly delivered: number
  /** The one after them is refused for what it is: sending it again would not help. */
  readonly refused?: string
  /** Why it stopped; absent when all have arrived. */
  readonly problem?: string
  /** The receiver asks for a pause. */
  readonly waitMs?: number
}

export interface Target {
  /** For people; no secrets. */
  readonly name: string
  /** Sends a batch; never throws for what the other side does. The signal ends a wait. */
  send(messages: readonly Message[], signal: AbortSignal): Promise<Delivery>
  /** Ends connections; waits for what was written to be taken. */
  close(): Promise<void>
}
