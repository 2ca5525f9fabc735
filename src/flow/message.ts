// The Message that protocols see, one for all flows: points at the packet at hand, turns what is
// said into Transactions, learns names from DNS answers and server names from TLS, QUIC and HTTP.
import { FAMILY, type Fields, type Message, type Packet } from '../decode/index.ts'
import type { ApplicationContext } from './application.ts'
import type { Recognition } from './recognition.ts'
import { FLAG, W } from './slab.ts'
import type { Transaction } from './transaction.ts'

/** Trust in a server name by the protocol that told it; higher replaces lower. */
const NAME_TRUST: { readonly [id: string]: number } = { dns: 1, http: 2, quic: 3, dtls: 4, tls: 4 }
export const NAME_SOURCES = ['', 'dns', 'http', 'quic', 'tls'] as const

export class LiveMessage implements Message {
  packet!: Packet
  fromOriginator = true
  sourcePort = 0
  destinationPort = 0
  state: unknown = undefined
  /** Number of the protocol that is speaking. */
  protocol = 0
  private slot = 0
  private late = false
  private readonly context: ApplicationContext
  private readonly recognition: Recognition
  private readonly dns: number

  constructor(context: ApplicationContext, recognition: Recognition) {
    this.context = context
    this.recognition = recognition
    this.dns = recognition.protocols.findIndex((protocol) => protocol?.id === 'dns')
  }

  /**
   * Points at the sender of what is read next. `late`: it is read on the occasion of a packet of
   * the other side (a hole that will never be filled).
   */
  aim(slot: number, packet: Packet, fromOriginator: boolean, late: boolean): void {
    this.slot = slot
    this.packet = packet
    this.fromOriginator = fromOriginator
    this.late = late
    this.sourcePort = late ? packet.destinationPort : packet.sourcePort
    this.destinationPort = late ? packet.sourcePort : packet.destinationPort
    this.state = undefined
  }

  emit(fields: Fields): void {
    const { slab, observer } = this.context
    const at = this.slot << 5
    const packet = this.packet
    const words = slab.words
    const originator = words[at + W.endpointOriginator]
    const responder = words[at + W.endpointResponder]
    const transaction: Transaction = {
      protocol: this.recognition.protocols[this.protocol]!.id,
      time: packet.time,
      frame: packet.frame,
      flow: flowId(words[at + W.frame], words[at + W.kind]),
      source: this.sender(this.fromOriginator ? originator : responder),
      destination: this.fromOriginator ? responder : originator,
      sourcePort: this.sourcePort,
      destinationPort: this.destinationPort,
      ipProtocol: packet.family === FAMILY.link ? undefined : packet.ipProtocol,
      fromOriginator: this.fromOriginator,
      fields,
    }
    if (this.protocol === this.dns && fields.kind === 'response') this.learn(transaction)
    observer.transaction?.(transaction)
  }

  /**
   * The flow's endpoint, unless this very packet came from another MAC (a forged or moved address).
   */
  private sender(endpoint: number): number {
    const packet = this.packet
    const { endpoints } = this.context
    if (!packet.hasMac || packet.tunnelDepth > 0 || this.late) return endpoint
    if (endpoints.hasMac(endpoint, packet.sourceMacHigh, packet.sourceMacLow)) return endpoint
    const { sourceMacHigh, sourceMacLow, family, source, vlan } = packet
    return endpoints.intern(sourceMacHigh, sourceMacLow, family, source, vlan)
  }

  private learn(transaction: Transaction): void {
    const { endpoints, names } = this.context
    const fields = transaction.fields as {
      questions?: readonly { name: string }[]
      answers?: readonly { type: string; data?: unknown }[]
    }
    const name = fields.questions?.[0]?.name
    if (!name || !fields.answers) return
    const client = endpoints.address(transaction.destination)
    for (const answer of fields.answers) {
      if (answer.type !== 'A' && answer.type !== 'AAAA') continue
      const address = endpoints.addresses.parse(String(answer.data))
      if (address >= 0) names.learn(client, address, name, transaction.time)
    }
  }

  serverName(name: string): void {
    const trust = NAME_TRUST[this.recognition.protocols[this.protocol]!.id] ?? 0
    const words = this.context.slab.words
    const at = this.slot << 5
    const have = (words[at + W.flags] & FLAG.nameSource) >> FLAG.nameSourceShift
    if (trust < have || name === '') return
    words[at + W.name] = this.context.names.internName(name.toLowerCase())
    words[at + W.flags] = (words[at + W.flags] & ~FLAG.nameSource) | (trust << FLAG.nameSourceShift)
  }

  anomaly(name: string): void {
    this.context.anomalies.count(name, this.packet.frame, this.packet.time)
  }
}

/** A flow's id: the ordinal of its first frame and how deep in tunnels it lies. */
export const flowId = (frame: number, kind: number): number =>
  (frame >>> 0) * 8 + ((kind >>> 24) & 7)
