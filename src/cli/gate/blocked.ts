// thingward gate blocked: what is refused, as it happens. The same flow is told again only after a
// while.
import type { Command } from 'commander'
import { BlockedListener, type BlockedFlow } from '../../app/gate/index.ts'
import { protocolText } from '../../policy/index.ts'

/** A flow is told once in so long; of at most so many at a time. */
const QUIET_MICROSECONDS = 10_000_000
const REMEMBERED_MAX = 8192

/** Adds the command. */
export function blockedCommand(parent: Command): void {
  parent
    .command('blocked')
    .description('Say what is refused as it happens, until Ctrl-C. Each flow once in 10 seconds.')
    .option('--json', 'JSON lines')
    .action(run)
}

async function run({ json = false }: { readonly json?: boolean }): Promise<void> {
  const told = new Map<string, number>()
  const listener = new BlockedListener((flow) => {
    if (!isNew(told, flow)) return
    process.stdout.write(`${json ? JSON.stringify(flow) : lineOf(flow)}\n`)
  })
  const stop = () => listener.end()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  // Whoever reads us has gone.
  process.stdout.on('error', stop)
  await listener.ended
}

function isNew(told: Map<string, number>, flow: BlockedFlow): boolean {
  const { hold, way, reason, source, destination, ipProtocol } = flow
  // Answers of one service go to many ports: what began the flow is the smaller one.
  const port = Math.min(flow.sourcePort ?? 0, flow.destinationPort ?? 0)
  const key = [hold, way, reason, source, destination, ipProtocol, port].join(' ')
  const last = told.get(key)
  if (last !== undefined && flow.time - last < QUIET_MICROSECONDS) return false
  if (told.size >= REMEMBERED_MAX) told.clear()
  told.set(key, flow.time)
  return true
}

function lineOf(flow: BlockedFlow): string {
  const { time, hold, way, reason, mac, source, destination, sourcePort, destinationPort } = flow
  const end = (address: string, port: number | undefined) => {
    const text = address.includes(':') ? `[${address}]` : address
    return port === undefined ? text : `${text}:${port}`
  }
  const at = new Date(time / 1000).toISOString()
  const what = hold === 'refuse' ? 'refused' : 'would be refused'
  const who = way === 'from' && mac !== undefined ? ` (${mac})` : ''
  const ends = `${end(source, sourcePort)}${who} → ${end(destination, destinationPort)}`
  return `${at} ${what}: ${reason}: ${protocolText(flow.ipProtocol)} ${ends}`
}
