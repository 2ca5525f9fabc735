// What goes out: a finding that was opened or has changed, or the word that some were dropped.
import type { Microseconds } from '../../core/clock.ts'
import type { Finding } from '../../finding/index.ts'

/** One message; the same id for the same message, however often it is sent. */
export interface Message {
  readonly id: string
  /** Wall clock when it was queued, microseconds. */
  readonly at: Microseconds
  readonly kind: 'finding.opened' | 'finding.updated' | 'findings.dropped'
  /** For `finding.…`. */
  readonly finding?: Finding
  /** For `findings.dropped`: how many never reached the receiver. */
  readonly count?: number
}

/** Who sends: told in every message. */
export interface Sender {
  /** Host name as the receiver should see it. */
  readonly host: string
  /** Of the program. */
  readonly version: string
  readonly processId: number
}

/** A way to write a message: one file in forms/. */
export interface Form {
  /** File name, and what `?form=` says. */
  readonly id: string
  readonly title: string
  /** Media type of one message on its own. */
  readonly contentType: string
  /** One line of text. */
  write(message: Message, sender: Sender): string
}

/** The sentence that says what it is about. */
export function messageText({ kind, finding, count }: Message): string {
  if (!finding) return `${count ?? 0} findings were dropped: the receiver was away for too long`
  const { title, expected, seen } = finding
  const again = kind === 'finding.updated' ? ' (updated)' : ''
  return `${title}${again}: expected ${expected}; seen ${seen}`
}
