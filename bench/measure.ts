// Runs a program pinned to one core and says what it cost: CPU seconds (user and system), wall
// seconds and the largest resident size of it and its children.
import { spawn } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'

export interface Cost {
  readonly cpuSeconds: number
  readonly wallSeconds: number
  readonly residentMegabytes: number
  readonly exitCode: number
}

/** `core`: the CPU to pin to; undefined leaves the choice to the system. */
export function measure(argv: readonly string[], core?: number): Promise<Cost> {
  const pinned = core === undefined ? argv : ['taskset', '-c', String(core), ...argv]
  // bash's own `time` counts the children's CPU exactly; polling /proc would miss the end.
  const script = 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>/dev/null'
  const started = performance.now()
  const child = spawn('bash', ['-c', script, 'bench', ...pinned], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  let largest = 0
  const timer = setInterval(() => (largest = Math.max(largest, residentOf(child.pid!))), 20)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      clearInterval(timer)
      const [user, system] = said.trim().split('\n').at(-1)!.split(' ').map(Number)
      resolve({
        cpuSeconds: user + system,
        wallSeconds: (performance.now() - started) / 1000,
        residentMegabytes: largest,
        exitCode: code ?? -1,
      })
    })
  })
}

/** Peak resident megabytes of a process and its descendants, as the kernel keeps them. */
function residentOf(pid: number): number {
  let kilobytes = 0
  const open = [pid]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    try {
      const status = readFileSync(`/proc/${one}/status`, 'utf8')
      kilobytes = Math.max(kilobytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0))
      for (const task of readdirSync(`/proc/${one}/task`)) {
        const children = readFileSync(`/proc/${one}/task/${task}/children`, 'utf8')
        open.push(...children.split(' ').filter(Boolean).map(Number))
      }
    } catch {
      // It ended while we looked.
    }
  }
  return kilobytes / 1024
}
