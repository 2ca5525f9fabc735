// The signer as the rest of the program sees it: a connection to its socket, made when it is needed
// and made again when it broke; and a way to start the process for those who have no supervisor.
import { fork, type ChildProcess } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OperatingError } from '../../core/errors.ts'
import type { Signer, SignerState, SignRequest } from './signer.ts'
import { LineCutter, type SignerAnswer } from './wire.ts'

const SUFFIX = extname(fileURLToPath(import.meta.url))
/** sun_path of unix(7) holds 108 bytes, the last one zero. */
const SOCKET_PATH_MAX = 107
const ANSWER_MILLISECONDS = 5_000

/** The program of the signer process; its one argument is the signer's folder. */
export const SIGNER_PROGRAM = fileURLToPath(new URL(`process${SUFFIX}`, import.meta.url))

/**
 * Where the signer of this folder listens. Throws OperatingError when the system cannot have it.
 */
export function socketPath(directory: string): string {
  const path = join(directory, 'signer.sock')
  if (Buffer.byteLength(path) <= SOCKET_PATH_MAX) return path
  const text = `${path} is too long for a socket (${SOCKET_PATH_MAX} bytes): take a shorter folder`
  throw new OperatingError('signer-socket', text)
}

interface Waiting {
  resolve(result: unknown): void
  reject(cause: OperatingError): void
  readonly timer: NodeJS.Timeout
}

const unreachable = (why: string) =>
  new OperatingError('signer-unreachable', `the signer process does not answer: ${why}`)

/** The signer behind the socket of `directory`; need not be running yet. */
export class SocketSigner implements Signer {
  private readonly path: string
  private readonly waiting = new Map<number, Waiting>()
  private socket: Socket | undefined
  private last = 0

  constructor(directory: string) {
    this.path = socketPath(directory)
  }

  async state(): Promise<SignerState> {
    return (await this.ask({ kind: 'state' })) as SignerState
  }

  async sign({ from, leaves }: SignRequest): Promise<string> {
    return (await this.ask({ kind: 'sign', from, leaves })) as string
  }

  close(): void {
    this.drop('closed')
  }

  private ask(words: object): Promise<unknown> {
    const id = ++this.last
    const socket = (this.socket ??= this.connect())
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.drop('no answer in time'), ANSWER_MILLISECONDS)
      this.waiting.set(id, { resolve, reject, timer })
      socket.ref()
      socket.write(`${JSON.stringify({ id, ...words })}\n`)
    })
  }

  private connect(): Socket {
    const socket = connect(this.path)
    const cutter = new LineCutter()
    socket.setEncoding('utf8')
    socket.on('error', ({ message }) => this.drop(message, socket))
    socket.on('close', () => this.drop('it hung up', socket))
    socket.on('data', (chunk: string) => {
      try {
        for (const line of cutter.lines(chunk)) this.hear(JSON.parse(line) as SignerAnswer)
      } catch {
        this.drop('it does not speak our language', socket)
      }
    })
    return socket
  }

  private hear(answer: SignerAnswer): void {
    const waiting = this.waiting.get(answer.id)
    if (!waiting) return
    clearTimeout(waiting.timer)
    this.waiting.delete(answer.id)
    // A connection that nobody waits for shall not keep a program alive.
    if (this.waiting.size === 0) this.socket?.unref()
    if ('error' in answer) {
      waiting.reject(new OperatingError(answer.error.code, answer.error.text))
    } else {
      waiting.resolve(answer.result)
    }
  }

  /** Gives up a connection, and everybody who waits on it. */
  private drop(why: string, socket = this.socket): void {
    if (socket !== this.socket) return
    this.socket = undefined
    socket?.destroy()
    const waiting = [...this.waiting.values()]
    this.waiting.clear()
    for (const { timer, reject } of waiting) {
      clearTimeout(timer)
      reject(unreachable(why))
    }
  }
}

/** Starts a signer process for `directory` and resolves once it listens; it ends with us. */
export async function startSigner(
  directory: string,
): Promise<{ readonly process: ChildProcess; readonly signer: Signer; stop(): Promise<void> }> {
  const child = fork(SIGNER_PROGRAM, [directory], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let said = ''
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => (said += chunk))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve()).once('error', reject)
    void ended.then(() => reject(new OperatingError('signer-start', said.trim() || 'no signer')))
  })
  const signer = new SocketSigner(directory)
  const stop = async () => {
    signer.close()
    child.kill('SIGTERM')
    await ended
  }
  return { process: child, signer, stop }
}
