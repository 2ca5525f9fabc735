// A platform of its own for tests: started as a person would start it, on a free port, in a folder
// of its own; and a client that behaves like the console.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

export const ROOT = join(import.meta.dirname, '../..')
export const SAMPLE = 'test/captures/sample/input.pcap'
export const PASSWORD = 'correct horse battery staple'

export interface Running {
  readonly data: string
  readonly url: string
  readonly process: ChildProcess
  /** Everything it has printed so far. */
  output(): string
  /** Ends it as Ctrl-C does; answers the exit code. */
  stop(): Promise<number | null>
}

/** A short name: sockets lie in the folder. */
export const dataFolder = () => mkdtempSync(join(tmpdir(), 'tw-'))

export const removeFolder = (path: string) => rmSync(path, { recursive: true, force: true })

/** `bin/thingward up` in `data`; resolves once it says where the console is. */
export async function startUp(data: string, words: readonly string[] = []): Promise<Running> {
  const own = ['up', '--data', data, '--listen', '127.0.0.1:0']
  const child = spawn(join(ROOT, 'bin/thingward'), [...own, ...words], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  const exited = once(child, 'exit')
  const url = await until(() => {
    if (child.exitCode !== null) throw new Error(`it ended:\n${output}`)
    return /console on (https:\/\/\S+)/.exec(output)?.[1]
  }, 60_000)
  return {
    data,
    url,
    process: child,
    output: () => output,
    async stop() {
      child.kill('SIGTERM')
      const [code] = (await exited) as [number | null]
      return code
    },
  }
}

/** Asks again until there is an answer. */
export async function until<Value>(
  ask: () => Value | undefined | false | Promise<Value | undefined | false>,
  milliseconds = 30_000,
): Promise<Value> {
  const end = Date.now() + milliseconds
  while (Date.now() < end) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    await pause(20)
  }
  throw new Error(`not within ${milliseconds} ms`)
}

export interface Answer {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly text: string
  /** Parsed; undefined where it is no JSON. */
  readonly body: Json
}

// eslint-disable-next-line typescript/no-explicit-any -- answers are looked into freely
export type Json = ReturnType<typeof JSON.parse>

/** Keeps cookies and the CSRF token, trusts the platform's own authority and no other. */
export class Client {
  readonly cookies = new Map<string, string>()
  csrf = ''
  private readonly running: Running
  private readonly authority: string

  /** `trusted`: a certificate in PEM; without it the platform's own authority. */
  constructor(running: Running, trusted?: string) {
    this.running = running
    this.authority = trusted ?? readFileSync(join(running.data, 'tls/authority.crt'), 'utf8')
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', path, { headers })
  }

  post(path: string, body?: unknown): Promise<Answer> {
    return this.send('POST', path, { body })
  }

  async send(
    method: string,
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const { hostname, port } = new URL(this.running.url)
    const text = body === undefined ? undefined : JSON.stringify(body)
    const sent = request({
      host: '127.0.0.1',
      servername: hostname,
      port,
      method,
      path,
      ca: this.authority,
      agent: false,
      headers: {
        host: `${hostname}:${port}`,
        ...(this.cookies.size > 0 && {
          cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        }),
        ...(this.csrf !== '' && { 'x-csrf-token': this.csrf }),
        ...(text !== undefined && {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(text)),
        }),
        ...headers,
      },
    })
    sent.end(text)
    const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage]
    let answer = ''
    for await (const chunk of response.setEncoding('utf8')) answer += chunk
    for (const cookie of response.headers['set-cookie'] ?? []) this.keep(cookie)
    const isJson = /json/.test(response.headers['content-type'] ?? '') && answer !== ''
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      text: answer,
      body: isJson ? parsed(answer) : undefined,
    }
  }

  private keep(cookie: string): void {
    const [pair] = cookie.split(';')
    const [name, value] = pair.split('=')
    if (value === '') this.cookies.delete(name)
    else this.cookies.set(name, value)
  }

  /** First visit: the owner is made, and signed in. */
  async setUp(name = 'Ada'): Promise<void> {
    const code = readFileSync(join(this.running.data, 'setup-code'), 'utf8').trim()
    const answer = await this.post('/api/v1/setup', { code, name, password: PASSWORD })
    assert.equal(answer.status, 200, answer.text)
    this.csrf = answer.body.csrf
  }

  async signIn(name = 'Ada', password = PASSWORD): Promise<Answer> {
    const answer = await this.post('/api/v1/session', { name, password })
    if (answer.status === 200) this.csrf = answer.body.csrf
    return answer
  }
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
