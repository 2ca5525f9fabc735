// Messages by HTTP POST, signed as Standard Webhooks 1.0 says: HMAC-SHA-256 over id, time and body,
// so that nobody can forge one, change one, or play an old one again. Redirects are not followed.
import { createHmac } from 'node:crypto'
import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import { OperatingError } from '../../core/errors.ts'
import type { Form, Message, Sender } from './message.ts'
import type { Delivery, Target } from './target.ts'

const ANSWER_MS = 15_000
const ANSWER_BYTES_MAX = 65_536
const SECRET_BYTES_MIN = 24
const WAIT_MOST_MS = 3_600_000

export interface WebhookOptions {
  readonly url: URL
  /** At least 24 bytes; see `webhookSecret`. */
  readonly secret: Buffer
  readonly form: Form
  readonly sender: Sender
  /** PEM: whom to believe instead of the public authorities. */
  readonly ca?: Buffer
}

/** The key in a file: `whsec_` and Base64, or any text of at least 24 bytes. */
export function webhookSecret(file: string, text: string): Buffer {
  const word = text.trim()
  const isPrefixed = word.startsWith('whsec_')
  const secret = isPrefixed ? Buffer.from(word.slice(6), 'base64') : Buffer.from(word)
  if (secret.length >= SECRET_BYTES_MIN) return secret
  const what = `${file}: ${secret.length} bytes are no secret; write at least ${SECRET_BYTES_MIN}`
  throw new OperatingError('bad-secret', `${what} (openssl rand -base64 32)`)
}

/** Throws OperatingError `bad-target` for a URL that findings must not go to. */
export function checkWebhookUrl(url: URL): void {
  const bad = (what: string) => new OperatingError('bad-target', `${url.origin}: ${what}`)
  if (url.username !== '' || url.password !== '') throw bad('a password in a URL ends up in logs')
  if (url.protocol === 'https:') return
  if (url.protocol !== 'http:') throw bad('write https://…')
  if (!isLoopback(url.hostname)) throw bad('http is readable on the way; write https://…')
}

function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '')
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'))
}

/** `v1,` and the signature in Base64 of `id.seconds.body`. */
export const signature = (secret: Buffer, signed: string): string =>
  `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`

export class WebhookTarget implements Target {
  readonly name: string
  private readonly options: WebhookOptions
  private readonly agent: HttpAgent

  constructor(options: WebhookOptions) {
    checkWebhookUrl(options.url)
    this.options = options
    const { url, ca } = options
    // The path may hold a token.
    this.name = `webhook ${url.origin}`
    const keep = { keepAlive: true, maxSockets: 1 }
    this.agent =
      url.protocol === 'https:'
        ? new HttpsAgent({ ...keep, ...(ca && { ca }) })
        : new HttpAgent(keep)
  }

  async send(messages: readonly Message[], signal: AbortSignal): Promise<Delivery> {
    let delivered = 0
    for (const message of messages) {
      const failure = await this.post(message, signal).catch((cause: unknown) => ({
        problem: (cause as Error).message || 'no answer',
      }))
      if (failure) return { delivered, ...failure }
      delivered++
      if (signal.aborted) break
    }
    return { delivered }
  }

  private async post(
    message: Message,
    signal: AbortSignal,
  ): Promise<Partial<Delivery> | undefined> {
    const { url, secret, form, sender, ca } = this.options
    const body = form.write(message, sender)
    const time = String(Math.floor(Date.now() / 1000))
    const late = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)])
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: 'POST',
      agent: this.agent,
      signal: late,
      ...(ca && { ca }),
      headers: {
        'content-type': form.contentType,
        'content-length': Buffer.byteLength(body),
        'user-agent': `thingward/${sender.version}`,
        'webhook-id': message.id,
        'webhook-timestamp': time,
        'webhook-signature': signature(secret, `${message.id}.${time}.${body}`),
      },
    })
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve).once('error', reject).end(body)
    })
    await drain(answer)
    return judge(answer)
  }

  async close(): Promise<void> {
    this.agent.destroy()
  }
}

/** Reads the answer to its end, so that the connection can be used again; long ones are cut off. */
async function drain(answer: IncomingMessage): Promise<void> {
  let size = 0
  for await (const piece of answer) {
    size += (piece as Buffer).length
    if (size > ANSWER_BYTES_MAX) break
  }
}

/** What the receiver will not have for what it is; anything else is tried again. */
const REFUSED: ReadonlySet<number> = new Set([400, 413, 415, 422])

function judge({ statusCode = 0, headers }: IncomingMessage): Partial<Delivery> | undefined {
  if (statusCode >= 200 && statusCode < 300) return undefined
  if (REFUSED.has(statusCode)) return { refused: `refused with ${statusCode}` }
  if (statusCode >= 300 && statusCode < 400) {
    return { problem: `answers ${statusCode}: redirects are not followed, give the final URL` }
  }
  const seconds = Number(headers['retry-after'])
  const waitMs = Number.isFinite(seconds) ? Math.min(seconds * 1000, WAIT_MOST_MS) : undefined
  return { problem: `answers ${statusCode}`, ...(waitMs !== undefined && { waitMs }) }
}
