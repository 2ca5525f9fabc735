// `--syslog` and `--webhook`: where findings go while a run goes on. Opened before the run, so that
// a URL, a secret or a folder that cannot be used is told at once.
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { defaultDataFolder } from '../core/data-folder.ts'
import { Forwarding } from '../app/index.ts'
import { OperatingError } from '../core/errors.ts'
import {
  Courier,
  loadForms,
  Outbox,
  syslogDestination,
  webhookDestination,
  type CourierHealth,
  type Destination,
} from '../export/index.ts'
import { safeText } from '../report/index.ts'
import { VERSION } from './version.ts'

const SECRET_VARIABLE = 'THINGWARD_WEBHOOK_SECRET'

export interface TargetOptions {
  readonly syslog?: readonly string[]
  readonly webhook?: readonly string[]
  readonly webhookSecret?: string
  readonly outbox?: string
}

/** Adds the options. */
export const targetOptions = (command: Command): Command =>
  command
    .option('--syslog <url...>', 'send findings at once: tls://HOST:6514, tcp://…, udp://…')
    .option('--webhook <url...>', 'send findings at once by signed HTTPS POST')
    .option('--webhook-secret <file>', 'key of the signatures, at least 24 bytes')
    .option('--outbox <dir>', 'where findings wait (~/.local/share/thingward/outbox)')

/** Undefined when findings go nowhere. Throws an OperatingError for what cannot be used. */
export async function forwardingTo(options: TargetOptions): Promise<Forwarding | undefined> {
  const destinations = await destinationsOf(options)
  if (destinations.length === 0) return undefined
  const folder = options.outbox ?? join(defaultDataFolder(), 'outbox')
  const couriers: Courier[] = []
  for (const { target, folder: name } of destinations) {
    const outbox = await Outbox.open(join(folder, name))
    if (outbox.waiting > 0)
      note(`${outbox.waiting} findings of earlier runs wait for ${target.name}`)
    couriers.push(new Courier({ outbox, target }))
  }
  return new Forwarding(couriers)
}

async function destinationsOf(options: TargetOptions): Promise<Destination[]> {
  const { syslog = [], webhook = [] } = options
  if (syslog.length + webhook.length === 0) return []
  const sender = { host: hostname(), version: VERSION, processId: process.pid }
  const parts = { forms: await loadForms(), sender, read: fileOf }
  const destinations: Destination[] = []
  for (const url of syslog) destinations.push(await syslogDestination(url, parts))
  if (webhook.length > 0) {
    const secret = await secretOf(options)
    for (const url of webhook) destinations.push(await webhookDestination(url, secret, parts))
  }
  return destinations
}

async function fileOf(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    const what = `${path}: cannot be read: ${(cause as Error).message}`
    throw new OperatingError('unreadable', what, { cause })
  })
}

/** From a file or the environment: on a command line every user of the machine reads it. */
async function secretOf({ webhookSecret }: TargetOptions) {
  if (webhookSecret !== undefined) {
    return { file: webhookSecret, text: (await fileOf(webhookSecret)).toString('utf8') }
  }
  const text = process.env[SECRET_VARIABLE]
  if (text !== undefined) return { file: SECRET_VARIABLE, text }
  const what = `--webhook needs a secret: --webhook-secret FILE, or ${SECRET_VARIABLE}`
  throw new OperatingError('no-secret', what)
}

/** One line a target, where there is something to say. */
export function tellTargets(health: readonly CourierHealth[]): void {
  for (const { target, delivered, waiting, dropped, refused, problem } of health) {
    const parts = [
      `${delivered} messages delivered`,
      ...(waiting > 0 ? [`${waiting} wait on disk for the next run`] : []),
      ...(refused > 0 ? [`${refused} refused`] : []),
      ...(dropped > 0 ? [`${dropped} dropped`] : []),
    ]
    const why = problem !== '' && waiting + refused > 0 ? ` (${problem})` : ''
    note(`${target}: ${parts.join(', ')}${why}`)
  }
}

const note = (text: string): void => void process.stderr.write(`thingward: ${safeText(text)}\n`)
