// The bus between processes: messages of a kind, delivered at least once, each with an id so that
// the receiver can tell what it has had. Here over Node's channel to the supervisor, which hands
// them on; anything that keeps these promises (NATS JetStream) can take its place.
import { OperatingError } from '../../core/errors.ts'

/** Plain JSON; `to` names a process. */
export interface BusMessage {
  readonly to: string
  readonly from: string
  readonly id: string
  readonly kind: string
  readonly body: unknown
}

/** What carries messages. Both directions may lose any of them. */
export interface Line {
  send(message: BusMessage): void
  listen(hear: (message: BusMessage) => void): void
}

type Answerer = (body: unknown, id: string) => Promise<unknown>

interface Asked {
  readonly message: BusMessage
  readonly timer: NodeJS.Timeout
  resolve(answer: unknown): void
  reject(cause: Error): void
}

const AGAIN_MS = 5000
const ANSWER = 'answer'

/** One process's end of the bus. */
export class Bus {
  private readonly line: Line
  private readonly name: string
  private readonly asked = new Map<string, Asked>()
  private readonly answerers = new Map<string, Answerer>()
  private readonly listeners = new Map<string, (body: unknown) => void>()

  constructor(name: string, line: Line) {
    this.name = name
    this.line = line
    line.listen((message) => this.hear(message))
  }

  /**
   * Sends until it is answered: the answer means that the receiver has it for good. The same id
   * twice is the same message. Rejects only when the bus is closed.
   */
  ask(to: string, kind: string, { id, body }: { id: string; body: unknown }): Promise<unknown> {
    const message = { to, from: this.name, id, kind, body }
    return new Promise((resolve, reject) => {
      const timer = setInterval(() => this.line.send(message), AGAIN_MS)
      this.asked.set(id, { message, timer, resolve, reject })
      this.line.send(message)
    })
  }

  /** Tells once, without knowing whether it arrives. */
  tell(to: string, kind: string, body: unknown = null): void {
    this.line.send({ to, from: this.name, id: '', kind, body })
  }

  /**
   * Answers messages of a kind; where it rejects, nothing is answered and the message comes again.
   */
  answer(kind: string, answerer: Answerer): void {
    this.answerers.set(kind, answerer)
  }

  /** Hears what is told. */
  on(kind: string, listener: (body: unknown) => void): void {
    this.listeners.set(kind, listener)
  }

  /** Whoever we wait for has come back: what it may have lost is sent again now. */
  repeat(): void {
    for (const { message } of this.asked.values()) this.line.send(message)
  }

  close(): void {
    for (const { timer, reject } of this.asked.values()) {
      clearInterval(timer)
      reject(new OperatingError('bus-closed', 'the bus is closed'))
    }
    this.asked.clear()
  }

  private hear({ from, id, kind, body }: BusMessage): void {
    if (kind === ANSWER) {
      const asked = this.asked.get(id)
      if (!asked) return
      clearInterval(asked.timer)
      this.asked.delete(id)
      asked.resolve(body)
      return
    }
    const answerer = this.answerers.get(kind)
    if (answerer && id !== '') {
      answerer(body, id).then(
        (answer) =>
          this.line.send({ to: from, from: this.name, id, kind: ANSWER, body: answer ?? null }),
        (cause: Error) => this.onFault(kind, cause),
      )
    } else this.listeners.get(kind)?.(body)
  }

  /** Told when an answerer rejects; the message will come again. */
  onFault: (kind: string, cause: Error) => void = () => {}
}

/** The line of a child process: its channel to the supervisor. */
export function parentLine(): Line {
  return {
    send(message) {
      if (process.connected) process.send!({ bus: message }, undefined, {}, () => {})
    },
    listen(hear) {
      process.on('message', (message: { bus?: BusMessage }) => {
        if (message.bus) hear(message.bus)
      })
    },
  }
}
