// Which protocol a first payload belongs to: by its first bytes on any port, then by its port. The
// plug-ins' own declarations are compiled into tables once; nobody lists protocols here.
import type { Cursor } from '../core/cursor.ts'
import { MAYBE, NO, YES, type Message, type Protocol } from '../decode/index.ts'

/** Carriers that flows have. */
export type Transport = 'tcp' | 'udp'

const NONE: readonly number[] = []

/** Protocol numbers are 1 … n in the order given; 0 means not yet known, 255 given up. */
export const UNKNOWN = 0
export const GIVEN_UP = 255

interface Tables {
  /** By first payload byte: protocols to ask whatever the port is. */
  readonly byFirstByte: number[][]
  readonly byPort: Map<number, number[]>
}

/** The compiled tables of all protocols. */
export class Recognition {
  readonly protocols: readonly (Protocol | undefined)[]
  /** Payload packets a side that each protocol wants; 15 stands for all. */
  readonly packets: readonly number[]
  private readonly tcp: Tables
  private readonly udp: Tables
  private readonly ethernet = new Map<number, number>()
  private readonly logicalLink = new Map<number, number>()
  private readonly ip = new Map<number, number>()

  constructor(protocols: readonly Protocol[]) {
    this.protocols = [undefined, ...protocols]
    this.tcp = compile(protocols, 'tcp')
    this.udp = compile(protocols, 'udp')
    const wanted = (protocol: Protocol | undefined) => {
      const tcp = protocol?.over.some((carrier) => carrier.kind === 'tcp')
      const packets = protocol?.packets ?? (tcp ? 8 : 4)
      return Math.min(15, packets)
    }
    this.packets = this.protocols.map(wanted)
    protocols.forEach((protocol, index) => {
      for (const carrier of protocol.over) {
        if (carrier.kind === 'ethernet') set(this.ethernet, carrier.types, index + 1)
        if (carrier.kind === 'llc') set(this.logicalLink, carrier.saps, index + 1)
        if (carrier.kind === 'ip') set(this.ip, carrier.protocols, index + 1)
      }
    })
  }

  ofEtherType = (type: number): number => this.ethernet.get(type) ?? UNKNOWN
  ofSap = (sap: number): number => this.logicalLink.get(sap) ?? UNKNOWN
  ofIpProtocol = (protocol: number): number => this.ip.get(protocol) ?? UNKNOWN

  /** Whether a port is somebody's own: the likelier server of two. */
  isServerPort(transport: Transport, port: number): boolean {
    return (transport === 'tcp' ? this.tcp : this.udp).byPort.has(port)
  }

  /** Asks the protocols whose first bytes fit, then those of the ports; 0 when nobody takes it. */
  recognise(transport: Transport, cursor: Cursor, message: Message): number {
    const tables = transport === 'tcp' ? this.tcp : this.udp
    const first = cursor.peek()
    if (first < 0) return UNKNOWN
    const { bytes, offset, end } = cursor
    let possible = UNKNOWN
    for (const number of tables.byFirstByte[first]) {
      const protocol = this.protocols[number] as Protocol
      const certainty = protocol.recognise!(cursor, message)
      cursor.reset(bytes, offset, end)
      if (certainty === YES) return number
      if (certainty === MAYBE && possible === UNKNOWN && this.owns(tables, number, message)) {
        possible = number
      }
    }
    if (possible !== UNKNOWN) return possible
    return this.byPorts(tables, cursor, message)
  }

  private owns(tables: Tables, number: number, message: Message): boolean {
    const near = tables.byPort.get(message.destinationPort)
    const far = tables.byPort.get(message.sourcePort)
    return (near?.includes(number) ?? false) || (far?.includes(number) ?? false)
  }

  private byPorts(tables: Tables, cursor: Cursor, message: Message): number {
    const { bytes, offset, end } = cursor
    for (const port of [message.destinationPort, message.sourcePort]) {
      for (const number of tables.byPort.get(port) ?? NONE) {
        const protocol = this.protocols[number] as Protocol
        if (!protocol.recognise) return number
        if (protocol.startsWith) continue // was asked already
        const certainty = protocol.recognise(cursor, message)
        cursor.reset(bytes, offset, end)
        if (certainty !== NO) return number
      }
    }
    return UNKNOWN
  }
}

function set(map: Map<number, number>, keys: readonly number[], value: number): void {
  for (const key of keys) if (!map.has(key)) map.set(key, value)
}

function compile(protocols: readonly Protocol[], transport: Transport): Tables {
  const byFirstByte: number[][] = Array.from({ length: 256 }, () => [])
  const byPort = new Map<number, number[]>()
  protocols.forEach((protocol, index) => {
    for (const carrier of protocol.over) {
      if (carrier.kind !== transport) continue
      for (const port of carrier.ports) {
        const numbers = byPort.get(port)
        if (numbers) numbers.push(index + 1)
        else byPort.set(port, [index + 1])
      }
      for (const byte of protocol.recognise ? (protocol.startsWith ?? []) : []) {
        if (!byFirstByte[byte].includes(index + 1)) byFirstByte[byte].push(index + 1)
      }
    }
  })
  return { byFirstByte, byPort }
}
