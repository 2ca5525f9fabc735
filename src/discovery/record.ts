// Each probe on record: one line of JSON, appended before it is sent.
import { appendFileSync, mkdirSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import { isoTime } from '../core/clock.ts'
import { OperatingError } from '../core/errors.ts'

/** What is written down. */
export type RecordEntry =
  | {
      readonly kind: 'began'
      readonly prefixes: readonly string[]
      readonly rate: number
      readonly word: string
    }
  | {
      readonly kind: 'sent'
      readonly probe: string
      readonly target: string
      readonly what: string
    }
  | { readonly kind: 'refused' | 'ended'; readonly why: string; readonly sent: number }

/** The record of one interface's probes: an append-only file, for its owner only. */
export class ProbeRecord {
  private readonly path: string
  private readonly network: string
  private readonly now: () => number

  /** Throws OperatingError `cannot-write` when the file cannot be appended to. */
  constructor(path: string, network: string, now = () => Date.now() * 1000) {
    this.path = path
    this.network = network
    this.now = now
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      appendFileSync(path, '', { mode: 0o600 })
    } catch (cause) {
      const what = `${path}: cannot be written: ${(cause as Error).message}`
      throw new OperatingError('cannot-write', what, { cause })
    }
  }

  add(entry: RecordEntry): void {
    const { username } = userInfo()
    const head = { time: isoTime(this.now()), interface: this.network, by: username }
    appendFileSync(this.path, `${JSON.stringify({ ...head, ...entry })}\n`)
  }
}
