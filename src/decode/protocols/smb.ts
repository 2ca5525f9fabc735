// SMB, all versions: which dialect a server speaks, what it calls itself, which Windows it is, who
// logs in and whether that worked. Version 1 is worth a finding by itself.
import type { Cursor } from '../../core/cursor.ts'
import { findNtlm, ntlmChallenge, ntlmLogin, ntlmType } from '../ntlm.ts'
import { FOREIGN, MORE, NEXT, NO, YES, clip, tcp } from '../protocol.ts'
import type { Certainty, Message, Progress, Protocol } from '../protocol.ts'

export type SmbFields =
  | {
      readonly kind: 'negotiate'
      /** What the server chose: '1', '2.0.2' … '3.1.1'; '2' when it will say in the next round. */
      readonly dialect: string
      readonly signingRequired?: boolean
    }
  | {
      readonly kind: 'challenge'
      readonly host?: string
      readonly domain?: string
      readonly dnsHost?: string
      readonly dnsDomain?: string
      /** Windows version and build, e.g. '10.0.17763'. */
      readonly osVersion?: string
    }
  | {
      readonly kind: 'login'
      readonly user: string
      readonly domain: string
      readonly workstation: string
    }
  | { readonly kind: 'login-result'; readonly accepted: boolean; readonly status: number }
  | { readonly kind: 'system'; readonly os: string; readonly software: string }

const DIALECTS: { readonly [dialect: number]: string } = {
  0x0202: '2.0.2',
  0x0210: '2.1',
  0x0300: '3.0',
  0x0302: '3.0.2',
  0x0311: '3.1.1',
  0x02ff: '2',
}
const SMB1 = 0xff534d42
const SMB2 = 0xfe534d42
/** Encrypted (version 3) and compressed messages. */
const TRANSFORM = 0xfd534d42
const COMPRESSED = 0xfc534d42
const SESSION_SERVICE = 139
const SMB2_HEADER = 64
const SMB1_HEADER = 32
const MORE_PROCESSING = 0xc0000016
/** Messages of the phase that is of interest are shorter; longer ones carry files. */
const LENGTH_MAX = 16_384

export const protocol: Protocol = {
  id: 'smb',
  title: 'SMB',
  spec: 'MS-SMB2',
  over: [tcp(445, SESSION_SERVICE)],
  startsWith: [0x00, 0x81],
  packets: 8,

  recognise(cursor: Cursor, message: Message): Certainty {
    if (cursor.peek() === 0x81) {
      const named = cursor.peek16(2) === 68 && message.destinationPort === SESSION_SERVICE
      return named ? YES : NO
    }
    if (cursor.u32() > 0x1ffff) return NO
    const magic = cursor.u32()
    return magic === SMB1 || magic === SMB2 || magic === TRANSFORM ? YES : NO
  },

  decode(cursor: Cursor, message: Message): Progress {
    if (!cursor.has(4)) return MORE
    const type = cursor.u8()
    const length = cursor.u24()
    if (type !== 0) {
      // Session service: requests, answers, keep-alives (RFC 1002 4.3).
      if (type < 0x81 || type > 0x85 || length > 256) return FOREIGN
      if (!cursor.has(length)) return MORE
      cursor.skip(length)
      return NEXT
    }
    if (!cursor.has(length)) {
      if (length <= LENGTH_MAX) return MORE
      // A file's content: the next segments are passed over by the packet bound.
      cursor.seek(cursor.end)
      return NEXT
    }
    const body = cursor.sub(length)
    const magic = body.u32()
    if (magic === SMB2) readSmb2(body, message)
    else if (magic === SMB1) readSmb1(body, message)
    else if (magic !== TRANSFORM && magic !== COMPRESSED) return FOREIGN
    return NEXT
  },
}

/** The body stands behind the magic number. */
function readSmb2(body: Cursor, message: Message): void {
  const { bytes } = body
  const start = body.offset - 4
  if (body.end - start < SMB2_HEADER + 8) return
  const status = bytes.readUInt32LE(start + 8)
  const command = bytes.readUInt16LE(start + 12)
  const response = (bytes[start + 16] & 1) !== 0
  body.seek(start + SMB2_HEADER)
  if (command === 0 && response && status === 0) {
    const dialect = bytes.readUInt16LE(start + SMB2_HEADER + 4)
    const signing = bytes[start + SMB2_HEADER + 2]
    message.emit({
      kind: 'negotiate',
      dialect: DIALECTS[dialect] ?? `0x${dialect.toString(16)}`,
      signingRequired: (signing & 2) !== 0,
    } satisfies SmbFields)
  }
  if (command === 1) sessionSetup(body, response, status, message)
}

function readSmb1(body: Cursor, message: Message): void {
  const { bytes } = body
  const start = body.offset - 4
  if (body.end - start < SMB1_HEADER + 3) return
  const command = bytes[start + 4]
  const status = bytes.readUInt32LE(start + 5)
  const response = (bytes[start + 9] & 0x80) !== 0
  const unicode = (bytes.readUInt16LE(start + 10) & 0x8000) !== 0
  body.seek(start + SMB1_HEADER)
  if (command === 0x72 && response && status === 0) {
    message.emit({ kind: 'negotiate', dialect: '1' } satisfies SmbFields)
  }
  if (command !== 0x73) return
  sessionSetup(body, response, status, message)
  if (response && bytes[start + SMB1_HEADER] >= 3) nativeSystem(body, unicode, message)
}

/**
 * Session set-up of both versions: an NTLM message somewhere in the security blob. Says whether.
 */
function sessionSetup(body: Cursor, response: boolean, status: number, message: Message): void {
  const at = findNtlm(body)
  if (response) {
    if (at >= 0) {
      const challenge = ntlmChallenge(body, at)
      if (challenge) {
        const { version, ...names } = challenge
        message.emit({ kind: 'challenge', ...names, osVersion: version } satisfies SmbFields)
      }
    }
    if (status !== MORE_PROCESSING) {
      message.emit({ kind: 'login-result', accepted: status === 0, status } satisfies SmbFields)
    }
  } else if (at >= 0 && ntlmType(body, at) === 3) {
    const login = ntlmLogin(body, at)
    if (login) message.emit({ kind: 'login', ...login } satisfies SmbFields)
  }
}

/** Version 1: the server's 'native OS' and 'native LAN manager', behind the security blob. */
function nativeSystem(body: Cursor, unicode: boolean, message: Message): void {
  const start = body.offset
  const words = body.u8()
  if (words < 3) return
  const extended = words === 4
  const blobLength = extended ? body.bytes.readUInt16LE(Math.min(start + 7, body.end - 2)) : 0
  body.skip(words * 2 + 2)
  body.skip(blobLength)
  // Wide texts begin at even distances from the header.
  if (unicode && (body.offset - (start - SMB1_HEADER)) % 2 === 1) body.skip(1)
  const os = systemText(body, unicode)
  const software = systemText(body, unicode)
  if (!body.overrun && os !== '') message.emit({ kind: 'system', os, software } satisfies SmbFields)
}

function systemText(body: Cursor, unicode: boolean): string {
  const { bytes, offset, end } = body
  const step = unicode ? 2 : 1
  let stop = offset
  while (stop + step <= end && (bytes[stop] !== 0 || (unicode && bytes[stop + 1] !== 0)))
    stop += step
  if (stop + step > end) {
    body.overrun = true
    return ''
  }
  body.skip(stop + step - offset)
  return clip(bytes.toString(unicode ? 'utf16le' : 'latin1', offset, stop))
}
