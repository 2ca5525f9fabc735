// ARP (RFC 826) and ND (RFC 4861): asks who has each address, through the kernel's own neighbour
// table, so that nothing but the request is sent. The kernel asks up to three times. Entries that
// are there already are left alone; what nobody answered is taken out again.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import type { Probe, ProbeGround, Sender } from '../probe.ts'

const run = promisify(execFile)

export const probe: Probe = {
  id: 'neighbours',
  title: 'ARP and ND requests for each address',
  order: 1,

  plan: ({ targets }) =>
    targets.map((target) => ({
      target,
      what: target.includes(':') ? 'ND request' : 'ARP request',
    })),

  async open({ segment }: ProbeGround): Promise<Sender> {
    const device = segment.interface
    const known = await knownOn(device)
    const child = spawn('ip', ['-force', '-batch', '-'], { stdio: ['pipe', 'ignore', 'ignore'] })
    child.on('error', () => {})
    child.stdin.on('error', () => {})
    const asked: string[] = []
    return {
      async send({ target }) {
        if (known.has(target)) return
        asked.push(target)
        child.stdin.write(`neigh replace ${target} dev ${device} use\n`)
      },
      async close() {
        child.stdin.end()
        if (child.exitCode === null) await once(child, 'exit').catch(() => {})
        await tidy(device, asked)
      },
    }
  },
}

interface Neighbour {
  readonly dst: string
  readonly lladdr?: string
  readonly state?: readonly string[]
}

async function neighbours(device: string): Promise<Neighbour[]> {
  const { stdout } = await run('ip', ['-j', 'neigh', 'show', 'dev', device])
  return JSON.parse(stdout || '[]') as Neighbour[]
}

const knownOn = async (device: string): Promise<ReadonlySet<string>> =>
  new Set(
    (await neighbours(device)).filter(({ lladdr }) => lladdr !== undefined).map(({ dst }) => dst),
  )

async function tidy(device: string, asked: readonly string[]): Promise<void> {
  const ours = new Set(asked)
  const left = (await neighbours(device)).filter(
    (one) => one.lladdr === undefined && ours.has(one.dst),
  )
  if (left.length === 0) return
  const child = spawn('ip', ['-force', '-batch', '-'], { stdio: ['pipe', 'ignore', 'ignore'] })
  child.on('error', () => {})
  child.stdin.on('error', () => {})
  child.stdin.end(left.map(({ dst }) => `neigh del ${dst} dev ${device}\n`).join(''))
  if (child.exitCode === null) await once(child, 'exit').catch(() => {})
}
