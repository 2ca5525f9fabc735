// TP-Link smart home (Kasa, Tapo): discovery and control of plugs, bulbs and cameras. The older
// protocol hides its JSON behind a fixed XOR chain, so anybody on the network can switch these
// devices.
import type { Cursor } from '../../core/cursor.ts'
import { jsonObject, objectOf, textOf, type JsonObject } from '../json-text.ts'
import type { Operation } from '../operation.ts'
import { FOREIGN, MORE, NEXT, NO, YES, clip, tcp, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type TplinkFields = {
  readonly kind: 'request' | 'response'
  /** e.g. 'system.set_relay_state'; at most eight. */
  readonly commands: readonly string[]
  readonly operation: Operation
  /** Responses to `get_sysinfo` and to Tapo's discovery. The name that people gave is left out. */
  readonly model?: string
  readonly type?: string
  readonly description?: string
  readonly hardware?: string
  readonly firmware?: string
  readonly mac?: string
  readonly deviceId?: string
}

const TCP_PROTOCOL = 6
const KEY = 171
const LENGTH_MAX = 16_384
const COMMANDS = 8
/** Characters that must be readable before the bytes count as this protocol. */
const READABLE = 12
/** Tapo's discovery: version 2, then fixed bytes; JSON behind a header of 16 bytes. */
const TAPO_HEADER = 16

export const protocol: Protocol = {
  id: 'tplink',
  title: 'TP-Link smart home',
  spec: 'softScheck 2016 (reverse engineered)',
  over: [udp(9999, 20002), tcp(9999)],
  // '{' in cipher, a length, Tapo's version.
  startsWith: [0xd0, 0x00, 0x02],
  packets: Infinity,

  recognise(cursor: Cursor, message: Message): Certainty {
    if (message.packet.ipProtocol === TCP_PROTOCOL) {
      const length = cursor.u32()
      return length >= 2 && length <= LENGTH_MAX && isHidden(cursor) ? YES : NO
    }
    if (cursor.peek() === 2) return isTapo(cursor) ? YES : NO
    return isHidden(cursor) ? YES : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    let length = cursor.remaining
    if (message.packet.ipProtocol === TCP_PROTOCOL) {
      if (length < 4) return MORE
      length = cursor.u32()
      if (length > LENGTH_MAX) return FOREIGN
      if (!cursor.has(length)) return MORE
    }
    const object =
      cursor.peek() === 2 ? tapo(cursor) : jsonObject(reveal(cursor.bytes, cursor.offset, length))
    cursor.skip(Math.min(length, cursor.remaining))
    if (object) message.emit(fieldsOf(object))
    else if (!message.packet.cut) message.anomaly('tplink-malformed')
    return NEXT
  },
}

/** '{"' and readable characters in cipher, or '{}' alone. */
function isHidden(cursor: Cursor): boolean {
  if (cursor.peek() !== 0xd0) return false
  if (cursor.peek(1) !== 0xf2) return cursor.peek(1) === 0xad && cursor.remaining === 2
  const { bytes, offset } = cursor
  const stop = Math.min(cursor.end, offset + READABLE)
  for (let at = offset + 2; at < stop; at++) {
    const plain = bytes[at] ^ bytes[at - 1]
    if (plain < 0x20 || plain > 0x7e) return false
  }
  return stop > offset + 2
}

/** Undoes the chain: each byte is hidden with the cipher byte before it. */
function reveal(bytes: Buffer, from: number, length: number): string {
  if (length > LENGTH_MAX) return ''
  const plain = Buffer.allocUnsafe(length)
  let key = KEY
  for (let index = 0; index < length; index++) {
    const byte = bytes[from + index]
    plain[index] = byte ^ key
    key = byte
  }
  return plain.toString('utf8')
}

function isTapo(cursor: Cursor): boolean {
  const head = cursor.peek(1)
  return (
    head === 0 &&
    cursor.peek16(4) === cursor.remaining - TAPO_HEADER &&
    cursor.peek(TAPO_HEADER) === 0x7b
  )
}

function tapo(cursor: Cursor): JsonObject | undefined {
  if (!isTapo(cursor)) return undefined
  const from = cursor.offset + TAPO_HEADER
  return jsonObject(cursor.bytes.toString('utf8', from, Math.min(cursor.end, from + LENGTH_MAX)))
}

function fieldsOf(object: JsonObject): TplinkFields {
  const result = objectOf(object.result)
  const information = result ?? objectOf(objectOf(object.system)?.get_sysinfo)
  const answered = textOf(information, 'model', 'device_model', 'deviceId', 'device_id')
  const commands = commandsOf(object)
  const control = commands.some((command) => !command.includes('.get_'))
  return {
    kind: answered !== undefined || isAnswer(object) ? 'response' : 'request',
    commands,
    operation: control ? 'control' : commands.includes('system.get_sysinfo') ? 'discovery' : 'read',
    model: text(information, 'model', 'device_model'),
    type: text(information, 'mic_type', 'type', 'device_type'),
    description: text(information, 'dev_name', 'description'),
    hardware: text(information, 'hw_ver', 'hardware_version'),
    firmware: text(information, 'sw_ver', 'firmware_version'),
    mac: text(information, 'mac', 'mic_mac', 'ethernet_mac'),
    deviceId: text(information, 'deviceId', 'device_id'),
  }
}

const text = (object: JsonObject | undefined, ...names: string[]): string | undefined => {
  const value = textOf(object, ...names)
  return value === undefined ? undefined : clip(value)
}

/** Module and command, e.g. {"system":{"get_sysinfo":null}}. */
function commandsOf(object: JsonObject): string[] {
  const commands: string[] = []
  for (const [module, value] of Object.entries(object)) {
    if (module === 'result' || module === 'error_code' || module === 'context') continue
    for (const command of Object.keys(objectOf(value) ?? {})) {
      if (commands.length < COMMANDS) commands.push(clip(`${module}.${command}`))
    }
  }
  return commands
}

/** Every answer has an `err_code` in each command's object, or `error_code` at the top. */
function isAnswer(object: JsonObject): boolean {
  if (Object.hasOwn(object, 'error_code')) return true
  return Object.values(object).some((module) =>
    Object.values(objectOf(module) ?? {}).some((answer) => {
      const members = objectOf(answer)
      return members !== undefined && Object.hasOwn(members, 'err_code')
    }),
  )
}
