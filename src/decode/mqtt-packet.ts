// The bodies of MQTT control packets, versions 3 to 5. Passwords and payloads are stepped over.
import type { Cursor } from '../core/cursor.ts'
import { clip } from './protocol.ts'

export type MqttFields =
  | {
      readonly kind: 'connect'
      readonly version: '3.1' | '3.1.1' | '5'
      /** May be empty: the server then makes one up. */
      readonly clientId: string
      readonly user?: string
      readonly credentials?: 'password'
      readonly keepAliveSeconds: number
      /** Topic of the last will. */
      readonly will?: string
      readonly cleanStart: boolean
      /** Version 5: method of extended authentication. */
      readonly authenticationMethod?: string
      /** The client is another broker (a convention of several brokers). */
      readonly bridge?: true
    }
  | {
      readonly kind: 'connack'
      readonly code: number
      readonly accepted: boolean
      readonly sessionPresent?: true
      /** Version 5: the client id that the server made up. */
      readonly clientId?: string
    }
  | {
      readonly kind: 'publish'
      readonly topic: string
      readonly qos: number
      readonly retain: boolean
      /** Bytes of payload. */
      readonly length: number
    }
  | {
      readonly kind: 'subscribe'
      readonly filters: readonly { readonly filter: string; readonly qos: number }[]
    }
  | { readonly kind: 'suback'; readonly codes: readonly number[] }
  | { readonly kind: 'disconnect'; readonly code?: number }

/** What is remembered of a connection. */
export interface MqttState {
  /** Protocol level: 3, 4 or 5; 4 when the CONNECT was not seen. */
  version: number
  /** Bytes of a publish still to be stepped over, by direction. */
  skip: [number, number]
  malformed: number
  /** Topic aliases of version 5 by direction. */
  aliases: [Map<number, string> | undefined, Map<number, string> | undefined]
}

const VERSIONS = { 3: '3.1', 4: '3.1.1', 5: '5' } as const
const FILTERS = 64
const PROPERTIES = 64
const ALIASES = 64
const PROPERTY = { assignedClientId: 0x12, authenticationMethod: 0x15, topicAlias: 0x23 } as const

/** Fills the state's version; later packets depend on it. */
export function readConnect(body: Cursor, state: MqttState): MqttFields {
  body.skip(body.u16())
  const level = body.u8()
  const flags = body.u8()
  const keepAliveSeconds = body.u16()
  const version = (level & 127) as 3 | 4 | 5
  state.version = version
  const properties = version === 5 ? readProperties(body) : undefined
  const clientId = text(body)
  let will: string | undefined
  if (flags & 4) {
    if (version === 5) readProperties(body)
    will = text(body)
    body.skip(body.u16())
  }
  const user = flags & 0x80 ? text(body) : undefined
  if (flags & 0x40) body.skip(body.u16())
  return {
    kind: 'connect',
    version: VERSIONS[version] ?? '5',
    clientId,
    user,
    credentials: flags & 0x40 ? 'password' : undefined,
    keepAliveSeconds,
    will,
    cleanStart: (flags & 2) !== 0,
    authenticationMethod: properties?.authenticationMethod,
    bridge: level >= 128 ? true : undefined,
  }
}

export function readConnack(body: Cursor, version: number): MqttFields {
  const flags = body.u8()
  const code = body.u8()
  const properties = version === 5 && body.remaining > 0 ? readProperties(body) : undefined
  return {
    kind: 'connack',
    code,
    accepted: code === 0,
    sessionPresent: flags & 1 ? true : undefined,
    clientId: properties?.assignedClientId,
  }
}

/**
 * `length` is that of topic, properties and payload; only what precedes the payload need be there.
 */
export function readPublish(
  first: number,
  length: number,
  cursor: Cursor,
  state: MqttState,
  side: number,
): MqttFields {
  const from = cursor.offset
  const qos = (first >> 1) & 3
  let topic = text(cursor)
  if (qos > 0) cursor.skip(2)
  if (state.version === 5) {
    const alias = readProperties(cursor).topicAlias
    if (alias !== undefined && !cursor.overrun) {
      const aliases = (state.aliases[side] ??= new Map<number, string>())
      if (topic === '') topic = aliases.get(alias) ?? ''
      else if (aliases.size < ALIASES || aliases.has(alias)) aliases.set(alias, topic)
    }
  }
  return {
    kind: 'publish',
    topic,
    qos,
    retain: (first & 1) !== 0,
    length: Math.max(0, length - (cursor.offset - from)),
  }
}

export function readSubscribe(body: Cursor, version: number): MqttFields {
  body.skip(2)
  if (version === 5) readProperties(body)
  const filters: { filter: string; qos: number }[] = []
  while (body.remaining > 0 && filters.length < FILTERS && !body.overrun) {
    const filter = text(body)
    filters.push({ filter, qos: body.u8() & 3 })
  }
  return { kind: 'subscribe', filters }
}

export function readSuback(body: Cursor, version: number): MqttFields {
  body.skip(2)
  if (version === 5) readProperties(body)
  const codes: number[] = []
  while (body.remaining > 0 && codes.length < FILTERS) codes.push(body.u8())
  return { kind: 'suback', codes }
}

export function readDisconnect(body: Cursor): MqttFields {
  return { kind: 'disconnect', code: body.remaining > 0 ? body.u8() : undefined }
}

/** A text with its length before it. */
function text(body: Cursor): string {
  return clip(body.utf8(body.u16()))
}

interface Properties {
  assignedClientId?: string
  authenticationMethod?: string
  topicAlias?: number
}

/** Properties (MQTT 5.0 2.2.2): those that matter are read, the others stepped over. */
function readProperties(body: Cursor): Properties {
  const properties: Properties = {}
  const list = body.sub(variableLength(body))
  for (let count = 0; count < PROPERTIES && list.remaining > 0 && !list.overrun; count++) {
    const id = list.u8()
    if (id === PROPERTY.topicAlias) properties.topicAlias = list.u16()
    else if (id === PROPERTY.assignedClientId) properties.assignedClientId = text(list)
    else if (id === PROPERTY.authenticationMethod) properties.authenticationMethod = text(list)
    else stepOver(id, list)
  }
  return properties
}

/** How long each property's value is (MQTT 5.0 table 2-4). */
function stepOver(id: number, list: Cursor): void {
  switch (id) {
    case 0x01:
    case 0x17:
    case 0x19:
    case 0x24:
    case 0x25:
    case 0x28:
    case 0x29:
    case 0x2a:
      return list.skip(1)
    case 0x13:
    case 0x21:
    case 0x22:
      return list.skip(2)
    case 0x02:
    case 0x11:
    case 0x18:
    case 0x27:
      return list.skip(4)
    case 0x0b:
      return void variableLength(list)
    case 0x26:
      list.skip(list.u16())
      return list.skip(list.u16())
    case 0x03:
    case 0x08:
    case 0x09:
    case 0x16:
    case 0x1a:
    case 0x1c:
    case 0x1f:
      return list.skip(list.u16())
    default:
      // Nothing says how long an unknown property is.
      return list.seek(list.end)
  }
}

function variableLength(body: Cursor): number {
  let length = 0
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = body.u8()
    length += (byte & 127) << shift
    if (byte < 128) break
  }
  return length
}
