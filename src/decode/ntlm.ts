// NTLM messages inside other protocols (MS-NLMP): a server's challenge tells its names and its
// Windows build, a client's answer tells user and workstation. Challenges and responses themselves
// are left out.
import type { Cursor } from '../core/cursor.ts'
import { clip } from './protocol.ts'

export type NtlmChallenge = {
  /** NetBIOS names of server and domain, then their DNS names. */
  readonly host?: string
  readonly domain?: string
  readonly dnsHost?: string
  readonly dnsDomain?: string
  /** e.g. '10.0.17763'; Samba says '6.1.0'. */
  readonly version?: string
}

export type NtlmLogin = {
  readonly user: string
  readonly domain: string
  readonly workstation: string
}

const SIGNATURE = 'NTLMSSP\0'
const CHALLENGE = 2
const AUTHENTICATE = 3
const VERSION_FLAG = 0x02000000
const UNICODE_FLAG = 1
const PAIRS = 16

/** Where an NTLM message starts within the next `limit` bytes; -1 when none does. */
export function findNtlm(cursor: Cursor, limit = 512): number {
  const { bytes } = cursor
  const stop = Math.min(cursor.end - 12, cursor.offset + limit)
  for (let at = cursor.offset; at < stop; at++) {
    if (bytes[at] === 0x4e && bytes.toString('latin1', at, at + 8) === SIGNATURE) return at
  }
  return -1
}

/** Type of the NTLM message at `at`: 1 negotiate, 2 challenge, 3 authenticate. */
export const ntlmType = (cursor: Cursor, at: number): number => cursor.bytes.readUInt32LE(at + 8)

/** Reads the challenge at `at`; undefined when it is none. */
export function ntlmChallenge(cursor: Cursor, at: number): NtlmChallenge | undefined {
  const { bytes, end } = cursor
  if (end - at < 48 || ntlmType(cursor, at) !== CHALLENGE) return undefined
  const flags = bytes.readUInt32LE(at + 20)
  const length = bytes.readUInt16LE(at + 40)
  let pair = at + bytes.readUInt32LE(at + 44)
  const stop = Math.min(end, pair + length)
  const names: (string | undefined)[] = []
  for (let count = 0; count < PAIRS && pair + 4 <= stop; count++) {
    const id = bytes.readUInt16LE(pair)
    const next = pair + 4 + bytes.readUInt16LE(pair + 2)
    if (id === 0 || next > stop) break
    if (id <= 4) names[id] = clip(bytes.toString('utf16le', pair + 4, next))
    pair = next
  }
  const versioned = (flags & VERSION_FLAG) !== 0 && end - at >= 56
  return {
    host: names[1],
    domain: names[2],
    dnsHost: names[3],
    dnsDomain: names[4],
    version: versioned
      ? `${bytes[at + 48]}.${bytes[at + 49]}.${bytes.readUInt16LE(at + 50)}`
      : undefined,
  }
}

/** Reads the client's answer at `at`; undefined when it is none. */
export function ntlmLogin(cursor: Cursor, at: number): NtlmLogin | undefined {
  const { bytes, end } = cursor
  if (end - at < 64 || ntlmType(cursor, at) !== AUTHENTICATE) return undefined
  const encoding = bytes.readUInt32LE(at + 60) & UNICODE_FLAG ? 'utf16le' : 'latin1'
  const text = (place: number): string => {
    const length = bytes.readUInt16LE(place)
    const from = at + bytes.readUInt32LE(place + 4)
    return from + length > end ? '' : clip(bytes.toString(encoding, from, from + length))
  }
  return { domain: text(at + 28), user: text(at + 36), workstation: text(at + 44) }
}
