// Progress of a long run: one line rewritten on a terminal, a plain line now and then when piped.
import type { WatchProgress } from '../app/index.ts'

const TERMINAL_EVERY_MS = 120
const PLAIN_EVERY_MS = 5000

/** Writes to standard error; silent for runs shorter than its first interval. */
export class ProgressLine {
  private readonly started = performance.now()
  private last = this.started
  private shown = false
  private readonly terminal = process.stderr.isTTY

  /** Called for every chunk; writes only when it is time. */
  show = (state: WatchProgress): void => {
    const now = performance.now()
    if (now - this.last < (this.terminal ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS)) return
    this.last = now
    const seconds = (now - this.started) / 1000
    const share = state.bytesTotal > 0 ? ` of ${megabytes(state.bytesTotal)}` : ''
    const rate = Math.round(state.frames / seconds).toLocaleString('en')
    const line =
      `${megabytes(state.bytesRead)}${share}, ${state.frames.toLocaleString('en')} packets ` +
      `(${rate}/s), ${state.flows.toLocaleString('en')} flows, ${state.endpoints} addresses`
    process.stderr.write(this.terminal ? `\r\u001b[K${line}` : `${line}\n`)
    this.shown = true
  }

  /** Clears the line. */
  end(): void {
    if (this.shown && this.terminal) process.stderr.write('\r\u001b[K')
  }
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
