// Dropbox LAN sync: a computer's beacon. Tells computers from things, and which version they run.
import type { Cursor } from '../../core/cursor.ts'
import { jsonObject, type JsonObject } from '../json-text.ts'
import { NEXT, NO, YES, udp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type DropboxLanFields = {
  readonly kind: 'beacon'
  /** e.g. '2.0'. */
  readonly version?: string
  readonly port?: number
  /** How many shared folders are offered. */
  readonly folders?: number
}

const LENGTH_MAX = 8192

export const protocol: Protocol = {
  id: 'dropbox-lan',
  title: 'Dropbox LAN sync',
  spec: 'none published',
  over: [udp(17500)],
  startsWith: [0x7b],
  packets: 2,

  recognise(cursor: Cursor): Certainty {
    return cursor.startsWith('{"host_int": ') || cursor.startsWith('{"version": [') ? YES : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    const object = jsonObject(cursor.utf8(Math.min(cursor.remaining, LENGTH_MAX)))
    if (object) message.emit(fieldsOf(object))
    else if (!message.packet.cut) message.anomaly('dropbox-lan-malformed')
    cursor.seek(cursor.end)
    return NEXT
  },
}

function fieldsOf({ version, port, namespaces }: JsonObject): DropboxLanFields {
  const parts = Array.isArray(version) ? version.slice(0, 4) : []
  const numbers = parts.filter((part) => Number.isSafeInteger(part))
  return {
    kind: 'beacon',
    version: numbers.length > 0 ? numbers.join('.') : undefined,
    port: Number.isSafeInteger(port) ? (port as number) : undefined,
    folders: Array.isArray(namespaces) ? namespaces.length : undefined,
  }
}
