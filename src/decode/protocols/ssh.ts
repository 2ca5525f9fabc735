// SSH: the programs on both sides by their banners, and the host key that the server proves itself
// with; the same key on several devices is a finding. All else is sealed.
import { hash } from 'node:crypto'
import type { Cursor } from '../../core/cursor.ts'
import {
  END,
  FOREIGN,
  MORE,
  NEXT,
  NO,
  YES,
  clip,
  tcp,
  type Message,
  type Progress,
  type Protocol,
} from '../protocol.ts'

export type SshFields =
  | {
      readonly kind: 'banner'
      /** E.g. 'OpenSSH_9.6p1'. */
      readonly software: string
      /** '2.0', '1.99', '1.5'. */
      readonly protocolVersion: string
      readonly comment?: string
    }
  | {
      readonly kind: 'host-key'
      /** E.g. 'ssh-ed25519'. */
      readonly algorithm: string
      /** Of the public key's wire form, lower-case hex. */
      readonly sha256: string
    }

/** RFC 4253 4.2: a banner with its line end. */
const BANNER_MAX = 255
/** RFC 4253 6.1 asks for 35000 to be understood. */
const PACKET_MAX = 35_000

/**
 * KEXDH_REPLY and ECDH_REPLY, and the reply of the group exchange (RFC 4419); all begin with the
 * key.
 */
const REPLIES: ReadonlySet<number> = new Set([31, 33])
const NEW_KEYS = 21

interface SshState {
  /** By side: the banner was read; the keys have changed, so all that follows is sealed. */
  readonly banner: [boolean, boolean]
  readonly sealed: [boolean, boolean]
}

export const protocol: Protocol = {
  id: 'ssh',
  title: 'SSH',
  spec: 'RFC 4253',
  over: [tcp(22, 2222, 830)],
  startsWith: [0x53],
  packets: 14,

  recognise(cursor: Cursor) {
    return isBanner(cursor) ? YES : NO
  },

  decode(cursor: Cursor, message: Message) {
    const state = (message.state ??= { banner: [false, false], sealed: [false, false] }) as SshState
    const side = message.fromOriginator ? 0 : 1
    if (!state.banner[side]) return readBanner(cursor, message, state)
    if (state.sealed[side]) return skipAll(cursor)
    return readPacket(cursor, message, state)
  },
}

function skipAll(cursor: Cursor): Progress {
  cursor.seek(cursor.end)
  return NEXT
}

const isBanner = (cursor: Cursor): boolean =>
  cursor.startsWith('SSH-') && (cursor.peek(4) === 0x31 || cursor.peek(4) === 0x32)

function readBanner(cursor: Cursor, message: Message, state: SshState): Progress {
  const first = !state.banner[0] && !state.banner[1]
  if (cursor.remaining < 5) return MORE
  const line = isBanner(cursor) ? cursor.line(BANNER_MAX) : undefined
  if (line === undefined) {
    if (isBanner(cursor) && cursor.remaining < BANNER_MAX) return MORE
    // Servers may say other lines first (RFC 4253 4.2); of a client it is no SSH.
    return first ? FOREIGN : skipAll(cursor)
  }
  state.banner[message.fromOriginator ? 0 : 1] = true
  const dash = line.indexOf('-', 4)
  const blank = line.indexOf(' ', 4)
  const protocolVersion = clip(line.slice(4, dash < 0 ? undefined : dash), 16)
  message.emit({
    kind: 'banner',
    software: clip(dash < 0 ? '' : line.slice(dash + 1, blank < 0 ? undefined : blank)),
    protocolVersion,
    ...(blank < 0 ? undefined : { comment: clip(line.slice(blank + 1)) }),
  })
  const old = !protocolVersion.startsWith('2') && protocolVersion !== '1.99'
  return old && !first ? END : NEXT
}

/**
 * A binary packet (RFC 4253 6) before the keys change. Either side may be the server: tunnels turn.
 */
function readPacket(cursor: Cursor, message: Message, state: SshState): Progress {
  if (!cursor.has(6)) return MORE
  const length = cursor.bytes.readUInt32BE(cursor.offset)
  if (length < 12 || length > PACKET_MAX) {
    message.anomaly('ssh-packet-odd')
    return END
  }
  const type = cursor.peek(5)
  if (type === NEW_KEYS) {
    state.sealed[message.fromOriginator ? 0 : 1] = true
    return state.sealed[0] && state.sealed[1] ? END : skipAll(cursor)
  }
  if (!cursor.has(4 + length)) return MORE
  const stop = cursor.offset + 4 + length
  cursor.skip(6)
  if (REPLIES.has(type) && sayHostKey(cursor, stop, message)) return END
  cursor.seek(stop)
  return NEXT
}

/** Says the host key at the cursor; false when this is no key (type 31 also carries a group). */
function sayHostKey(cursor: Cursor, stop: number, message: Message): boolean {
  const length = cursor.u32()
  const start = cursor.offset
  if (length < 12 || start + length > stop) return false
  const algorithm = cursor.latin1(Math.min(cursor.u32(), 64))
  if (!/^(?:ssh-|ecdsa-|sk-|x509v3-|rsa-)[\w@.-]+$/.test(algorithm)) return false
  const sha256 = hash('sha256', cursor.bytes.subarray(start, start + length))
  message.emit({ kind: 'host-key', algorithm, sha256 })
  return true
}
