// Address prefixes as texts and as numbers: `192.0.2.0/24`, `2001:db8::/32`. A bare address is a
// full prefix.
import { parseV4, parseV6, v4Scope, v4Text, v6Text } from '../core/addresses.ts'

export interface Prefix {
  readonly family: 0 | 1
  /** The address in 16-bit groups: two for IPv4, eight for IPv6; bits beyond `length` are zero. */
  readonly groups: readonly number[]
  readonly length: number
}

/** An address as 16-bit groups (two or eight); undefined when it is none. */
export function groupsOf(address: string): number[] | undefined {
  const v4 = parseV4(address)
  if (v4 !== undefined) return [v4 >>> 16, v4 & 0xffff]
  return parseV6(address)
}

/** Reads a prefix or a bare address; undefined when it is neither. Host bits are cleared. */
export function parsePrefix(text: string): Prefix | undefined {
  const [address, lengthText, rest] = text.split('/')
  const groups = groupsOf(address)
  if (!groups || rest !== undefined || address.includes('%')) return undefined
  const bits = groups.length * 16
  if (lengthText !== undefined && !/^\d{1,3}$/.test(lengthText)) return undefined
  const length = lengthText === undefined ? bits : Number(lengthText)
  if (length > bits) return undefined
  return { family: bits === 32 ? 0 : 1, groups: masked(groups, length), length }
}

const masked = (groups: readonly number[], length: number): number[] =>
  groups.map((group, index) => group & maskOf(length - index * 16))

const maskOf = (bits: number): number => {
  if (bits >= 16) return 0xffff
  return bits <= 0 ? 0 : (0xffff << (16 - bits)) & 0xffff
}

/** `192.0.2.0/24`; always with its length. */
export function prefixText(prefix: Prefix): string {
  const { groups, length } = prefix
  const address = prefix.family === 0 ? v4Text(groups[0] * 65536 + groups[1]) : v6Text(groups)
  return `${address}/${length}`
}

/** The prefix of `length` bits that holds this address. */
export function prefixOf(address: string, length: { v4: number; v6: number }): Prefix | undefined {
  const whole = parsePrefix(address)
  if (!whole) return undefined
  const bits = Math.min(whole.length, whole.family === 0 ? length.v4 : length.v6)
  return { family: whole.family, groups: masked(whole.groups, bits), length: bits }
}

/** Whether `outer` holds all of `inner`. */
export function contains(outer: Prefix, inner: Prefix): boolean {
  if (outer.family !== inner.family || inner.length < outer.length) return false
  for (let index = 0; index * 16 < outer.length; index++) {
    if ((inner.groups[index] & maskOf(outer.length - index * 16)) !== outer.groups[index])
      return false
  }
  return true
}

/**
 * The last address of an IPv4 network, its directed broadcast (RFC 919); '' for others and for
 * hosts.
 */
export function broadcastOf(prefix: Prefix): string {
  if (prefix.family !== 0 || prefix.length > 30) return ''
  const [high, low] = prefix.groups.map(
    (group, index) => group | (~maskOf(prefix.length - index * 16) & 0xffff),
  )
  return v4Text(high * 65536 + low)
}

/**
 * Whether all of it is private, link-local or group addresses (RFC 1918, 6598, 3927, 4193, 4291).
 */
export function isPrivate(prefix: Prefix): boolean {
  const { family, groups, length } = prefix
  if (family === 0) {
    const scope = v4Scope(groups[0] * 65536 + groups[1])
    if (scope === 'private')
      return length >= (groups[0] >>> 8 === 10 ? 8 : groups[0] >>> 8 === 172 ? 12 : 10)
    return length >= 4 && (scope === 'link-local' || scope === 'multicast' || scope === 'broadcast')
  }
  const top = groups[0]
  if (length < 7) return false
  return (
    top >>> 9 === 0x7e ||
    (length >= 10 && top >>> 6 === 0x3fa) ||
    (length >= 8 && top >>> 8 === 0xff)
  )
}
