// Syslog to a collector: UDP (RFC 5426), TCP with octets counted (RFC 6587 3.4.1), TLS (RFC 5425).
// Syslog has no acknowledgement. A batch counts as arrived when the connection has stood for a
// moment after it was written; when it breaks in that moment, the batch is sent again.
import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { once } from 'node:events'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { setTimeout as pause } from 'node:timers/promises'
import { EXPORT_LIMITS } from '../limits.ts'
import type { Form, Message, Sender } from './message.ts'
import { counted, syslogMessage, type SyslogStyle } from './rfc5424.ts'
import type { Delivery, Target } from './target.ts'

const CONNECT_MS = 10_000
const SETTLE_MS = 250
const CLOSE_MS = 2000

export interface SyslogOptions {
  readonly transport: 'udp' | 'tcp' | 'tls'
  readonly host: string
  readonly port: number
  readonly facility: number
  readonly form: Form
  readonly sender: Sender
  /** For TLS, PEM: whom to believe instead of the public authorities, and who we are. */
  readonly tls?: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer }
}

/** A target for any of the three transports. */
export function syslogTarget(options: SyslogOptions): Target {
  return options.transport === 'udp' ? new DatagramTarget(options) : new StreamTarget(options)
}

const nameOf = ({ transport, host, port }: SyslogOptions): string =>
  `syslog ${transport}://${host.includes(':') ? `[${host}]` : host}:${port}`

const styleOf = ({ facility, form, sender }: SyslogOptions, octetsMax: number): SyslogStyle => ({
  facility,
  form,
  sender,
  octetsMax,
})

const CLOSED = 'the connection was closed'

/** Resolves when the kernel has taken the bytes. */
function written(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = () => reject(new Error(CLOSED))
    socket.once('close', onClose)
    socket.write(bytes, (error) => {
      socket.off('close', onClose)
      if (error) reject(error)
      else resolve()
    })
  })
}

class DatagramTarget implements Target {
  readonly name: string
  private readonly options: SyslogOptions
  private readonly style: SyslogStyle
  private socket: Datagrams | undefined

  constructor(options: SyslogOptions) {
    this.options = options
    this.name = nameOf(options)
    this.style = styleOf(options, EXPORT_LIMITS.syslogDatagram.value)
  }

  async send(messages: readonly Message[]): Promise<Delivery> {
    const { host, port } = this.options
    let delivered = 0
    try {
      this.socket ??= createSocket(isIP(host) === 6 ? 'udp6' : 'udp4')
      for (const message of messages) {
        const bytes = syslogMessage(message, this.style)
        await new Promise<void>((resolve, reject) => {
          this.socket!.send(bytes, port, host, (error) => (error ? reject(error) : resolve()))
        })
        delivered++
      }
      return { delivered }
    } catch (cause) {
      return { delivered, problem: (cause as Error).message }
    }
  }

  async close(): Promise<void> {
    const { socket } = this
    this.socket = undefined
    if (socket) await new Promise<void>((resolve) => void socket.close(resolve))
  }
}

class StreamTarget implements Target {
  readonly name: string
  private readonly options: SyslogOptions
  private readonly style: SyslogStyle
  private socket: Socket | undefined
  private problem = ''

  constructor(options: SyslogOptions) {
    this.options = options
    this.name = nameOf(options)
    this.style = styleOf(options, EXPORT_LIMITS.syslogMessage.value)
  }

  async send(messages: readonly Message[], signal: AbortSignal): Promise<Delivery> {
    try {
      const socket = await this.connected(signal)
      const bytes = messages.map((message) => counted(syslogMessage(message, this.style)))
      await written(socket, Buffer.concat(bytes))
      await pause(SETTLE_MS)
      if (this.socket !== socket) throw new Error(CLOSED)
      return { delivered: messages.length }
    } catch (cause) {
      this.drop()
      return { delivered: 0, problem: this.problem || (cause as Error).message }
    }
  }

  private async connected(signal: AbortSignal): Promise<Socket> {
    if (this.socket) return this.socket
    this.problem = ''
    const { transport } = this.options
    const socket = transport === 'tls' ? this.tls() : connectTcp(this.where())
    socket.setKeepAlive(true, 30_000)
    socket.on('error', (error) => (this.problem = error.message))
    // A collector that ends its side will not read on.
    socket.on('end', () => socket.destroy())
    socket.on('close', () => {
      if (this.socket === socket) this.socket = undefined
    })
    // It never speaks; reading shows when it goes.
    socket.resume()
    const late = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_MS)])
    try {
      await once(socket, transport === 'tls' ? 'secureConnect' : 'connect', { signal: late })
    } catch (cause) {
      socket.destroy()
      const isLate = (cause as Error).name === 'AbortError'
      throw isLate ? new Error('no connection in time', { cause }) : cause
    }
    this.socket = socket
    return socket
  }

  private where() {
    const { host, port } = this.options
    return { host, port }
  }

  /** RFC 5425 5.2: the certificate has to be for this host, of an authority we believe. */
  private tls(): Socket {
    const { host, tls } = this.options
    return connectTls({
      ...this.where(),
      ...tls,
      ...(isIP(host) === 0 && { servername: host }),
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
    })
  }

  private drop(): void {
    const { socket } = this
    this.socket = undefined
    socket?.destroy()
  }

  /** Ends our side and waits for the other's end: then it has read everything. */
  async close(): Promise<void> {
    const { socket } = this
    if (!socket) return
    socket.end()
    await once(socket, 'close', { signal: AbortSignal.timeout(CLOSE_MS) }).catch(() => {})
    this.drop()
  }
}
