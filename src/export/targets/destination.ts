// From what a person writes (`tls://siem:6514?ca=ca.pem&form=cef`) to a target. Files that it names
// are read by the caller's `read`, so that settings of a server can hold PEM texts instead.
import { createHash } from 'node:crypto'
import { OperatingError } from '../../core/errors.ts'
import { loadPlugins } from '../../core/registry.ts'
import type { Form, Sender } from './message.ts'
import { syslogTarget, type SyslogOptions } from './syslog.ts'
import type { Target } from './target.ts'
import { checkWebhookUrl, webhookSecret, WebhookTarget } from './webhook.ts'

const PORTS = { 'udp:': 514, 'tcp:': 514, 'tls:': 6514 } as const
const LOCAL0 = 16
const OPTIONS = { syslog: ['form', 'facility', 'ca', 'cert', 'key'], webhook: ['form', 'ca'] }

/** What a destination is made with. */
export interface DestinationParts {
  readonly forms: readonly Form[]
  readonly sender: Sender
  /** Reads a file that a destination names (certificates, keys). */
  read(path: string): Promise<Buffer>
}

/** A target, and the name of the folder its queue lies in: the same for the same destination. */
export interface Destination {
  readonly target: Target
  readonly folder: string
}

/** Loads `forms/`, one file each. */
export const loadForms = (): Promise<readonly Form[]> =>
  loadPlugins<Form>(new URL('./forms/', import.meta.url), 'form')

/** `udp://`, `tcp://` or `tls://`. Throws OperatingError `bad-target`. */
export async function syslogDestination(
  text: string,
  parts: DestinationParts,
): Promise<Destination> {
  const url = parsed(text)
  const port = PORTS[url.protocol as keyof typeof PORTS]
  if (port === undefined || url.hostname === '') {
    throw bad(text, 'write udp://HOST:514, tcp://HOST:514 or tls://HOST:6514')
  }
  const asked = optionsOf(text, url, OPTIONS.syslog)
  const facility = Number(asked.get('facility') ?? LOCAL0)
  if (!Number.isInteger(facility) || facility < 0 || facility > 23) {
    throw bad(text, 'facility is a number from 0 to 23 (RFC 5424 6.2.1)')
  }
  const read = async (name: string) => {
    const path = asked.get(name)
    return path === null ? undefined : parts.read(path)
  }
  const [ca, cert, key] = [await read('ca'), await read('cert'), await read('key')]
  const options: SyslogOptions = {
    transport: url.protocol.slice(0, -1) as SyslogOptions['transport'],
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || port,
    facility,
    form: formOf(text, asked.get('form') ?? 'text', parts.forms),
    sender: parts.sender,
    tls: { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) },
  }
  return { target: syslogTarget(options), folder: folderOf(url) }
}

/** `https://…`; `secret` is the text of the secret's file. Throws OperatingError `bad-target`. */
export async function webhookDestination(
  text: string,
  secret: { readonly file: string; readonly text: string },
  parts: DestinationParts,
): Promise<Destination> {
  const url = parsed(text)
  checkWebhookUrl(url)
  // Options stand behind # so that the query stays the receiver's own.
  const asked = new URLSearchParams(url.hash.slice(1))
  for (const name of asked.keys()) {
    if (!OPTIONS.webhook.includes(name)) throw bad(text, `no option '${name}' behind #`)
  }
  const ca = asked.get('ca')
  const folder = folderOf(url)
  url.hash = ''
  const target = new WebhookTarget({
    url,
    secret: webhookSecret(secret.file, secret.text),
    form: formOf(text, asked.get('form') ?? 'json', parts.forms),
    sender: parts.sender,
    ...(ca !== null && { ca: await parts.read(ca) }),
  })
  return { target, folder }
}

function parsed(text: string): URL {
  try {
    return new URL(text)
  } catch {
    throw bad(text, 'this is no URL')
  }
}

/** The URL without what may be secret. */
const bad = (text: string, what: string): OperatingError =>
  new OperatingError('bad-target', `${text.replace(/[?#].*/, '').slice(0, 200)}: ${what}`)

function optionsOf(text: string, url: URL, known: readonly string[]): URLSearchParams {
  for (const name of url.searchParams.keys()) {
    if (!known.includes(name)) {
      throw bad(text, `no option '${name}'; there are ${known.join(', ')}`)
    }
  }
  return url.searchParams
}

function formOf(text: string, id: string, forms: readonly Form[]): Form {
  const form = forms.find((one) => one.id === id)
  if (form) return form
  throw bad(text, `no form '${id}'; there are ${forms.map((one) => one.id).join(', ')}`)
}

/** One queue a receiver: another form or certificate does not make another queue. */
function folderOf({ protocol, hostname, port, pathname, search }: URL): string {
  const isWeb = protocol.startsWith('http')
  const key = `${protocol}//${hostname}:${port}${isWeb ? pathname + search : ''}`
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 12)
  const name = hostname.replace(/[^a-z0-9.-]/gi, '_').slice(0, 60)
  return `${protocol.slice(0, -1)}-${name}-${digest}`
}
