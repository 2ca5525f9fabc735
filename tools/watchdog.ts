// Ends test processes that hang: the runner's own timeout asks politely, and a loop that never
// returns does not hear it. Linux only; elsewhere the runner's timeout has to do.
import { readdirSync, readFileSync } from 'node:fs'

/** Our children that run `file`, by process id. */
export function childrenRunning(file: string, parent = process.pid): number[] {
  return numbersIn('/proc').filter((pid) => {
    const status = read(`/proc/${pid}/status`)
    const words = read(`/proc/${pid}/cmdline`).split('\0')
    return status.includes(`\nPPid:\t${parent}\n`) && words.includes(file)
  })
}

const numbersIn = (folder: string): number[] => {
  try {
    return readdirSync(folder).map(Number).filter(Number.isInteger)
  } catch {
    return []
  }
}

/** A file of /proc, '' when the process has just ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/**
 * Watches files from `begin` to `end`; one that takes longer than `limitMs` is killed and named.
 */
export class Watchdog {
  private readonly timers = new Map<string, NodeJS.Timeout>()
  private readonly limitMs: number

  constructor(limitMs: number) {
    this.limitMs = limitMs
  }

  begin(file: string): void {
    const bite = () => {
      console.error(`${file} did not end within ${this.limitMs / 1000} s: killed`)
      for (const pid of childrenRunning(file)) process.kill(pid, 'SIGKILL')
    }
    this.timers.set(file, setTimeout(bite, this.limitMs).unref())
  }

  end(file: string): void {
    clearTimeout(this.timers.get(file))
    this.timers.delete(file)
  }
}
