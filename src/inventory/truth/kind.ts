// The contract of a kind of address truth: one file in kinds/, which reads what one program knows
// of who has which address. Pure: text in, facts out.
import {
  macText,
  parseMac,
  parseV4,
  parseV6,
  v4Scope,
  v4Text,
  v6Text,
} from '../../core/addresses.ts'

/** One line of somebody else's table. Absent words are '', absent times NaN. */
export interface AddressFact {
  /** Lower case with colons; facts without a MAC are not told. */
  readonly mac: string
  /** '' where the table knows MACs alone (a switch). */
  readonly address: string
  /** The name that the client gave itself, or that a person gave it. */
  readonly name: string
  /** DHCP client id, hexadecimal without separators. */
  readonly clientId: string
  /** Where it is plugged in or logged in, in a few words. */
  readonly port: string
  /** From when to when it holds, microseconds. */
  readonly from: number
  readonly to: number
  /** From 1; 0 in JSON. */
  readonly line: number
}

/** A fact as a kind says it: only what its table has. */
export type ToldFact = { readonly mac: string } & Partial<AddressFact>

/** What a kind writes to. */
export interface TruthSink {
  /** A fact; bad MACs and addresses nobody can have are counted and left out. */
  fact(fact: ToldFact): void
  /** A line that is not understood. */
  odd(line: number, what: string): void
}

export interface TruthKind {
  /** The file's name, and what `--truth KIND=FILE` says. */
  readonly id: string
  /** What it reads, in a few words. */
  readonly title: string
  /** How to get such a file. */
  readonly obtain: string
  /** Family of its names: what a client said of itself by DHCP, or a controller's word. */
  readonly names: 'dhcp' | 'controller' | 'none'
  /** 0 … 1: how often a name from it is right. */
  readonly nameConfidence: number
  /** Whether a text of this beginning is one of its own; decides where no KIND is named. */
  recognises(head: string): boolean
  /** Reads it all. `read`: when the file was written, microseconds. */
  read(text: string, sink: TruthSink, read: number): void
}

/** MAC text with single digits (BSD) or any separators, as the inventory writes it; '' for none. */
export function macOf(text: string): string {
  const groups = text.trim().split(/[:-]/)
  const padded =
    groups.length === 6 ? groups.map((group) => group.padStart(2, '0')).join(':') : text
  const mac = parseMac(padded.trim())
  return mac > 0 && mac !== 0xffffffffffff && Math.floor(mac / 2 ** 40) % 2 === 0
    ? macText(mac)
    : ''
}

/** An address that a host can have, as the inventory writes it; '' for anything else. */
export function hostAddress(text: string): string {
  const v4 = parseV4(text.trim())
  if (v4 !== undefined) {
    const scope = v4Scope(v4)
    return scope === 'private' || scope === 'global' || scope === 'link-local' ? v4Text(v4) : ''
  }
  const groups = parseV6(text.trim())
  if (!groups || groups[0] >= 0xff00 || groups.slice(0, 7).every((group) => group === 0)) return ''
  return v6Text(groups)
}

/** Seconds since 1970 as microseconds; NaN for nothing. */
export const secondsOf = (seconds: number): number =>
  Number.isFinite(seconds) && seconds > 0 ? Math.round(seconds * 1_000_000) : NaN

/** Lines with their numbers from 1, empty ones left out. */
export function* linesOf(text: string): Generator<readonly [line: string, number: number]> {
  let number = 0
  let from = 0
  while (from < text.length) {
    const stop = text.indexOf('\n', from)
    const end = stop < 0 ? text.length : stop
    number++
    const line = text.slice(from, end).trimEnd()
    if (line !== '') yield [line, number]
    from = end + 1
  }
}
