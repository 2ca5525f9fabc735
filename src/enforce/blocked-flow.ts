// What the ruleset logs (netlink group, NFLOG) → BlockedFlow: who tried what, and why it was
// refused. Packets are hostile: what is cut short or not ours is left out.
import { v4Text, v6Text } from '../core/addresses.ts'
import type { Microseconds } from '../core/clock.ts'
import { REFUSALS, type Refusal } from './gate-policy.ts'

/** One refused packet, or one that an enforced profile would refuse. */
export interface BlockedFlow {
  readonly time: Microseconds
  readonly hold: 'refuse' | 'would'
  /** from: a device of ours sent it; to: it was meant for one. */
  readonly way: 'from' | 'to'
  readonly reason: Refusal
  /** Link address of the sender, as the gate saw it. */
  readonly mac?: string
  readonly source: string
  readonly destination: string
  readonly ipProtocol: number
  /** TCP, UDP and the like. */
  readonly sourcePort?: number
  readonly destinationPort?: number
}

/** Attributes of a logged packet (linux/netfilter/nfnetlink_log.h). */
const HARDWARE = 8
const PAYLOAD = 9
const PREFIX = 10
const HEADER_BYTES = 4

const REASONS: ReadonlySet<string> = new Set<Refusal>([...REFUSALS, 'new-device', 'one-way'])
const LOGGED = /^thingward (refuse|would) (from|to) ([a-z-]{1,32}): /

/** Reads one record of link type NFLOG (239); undefined when it is none of ours. */
export function blockedFlow(record: Uint8Array, time: Microseconds): BlockedFlow | undefined {
  const attributes = attributesOf(record)
  const payload = attributes.get(PAYLOAD)
  const words = LOGGED.exec(Buffer.from(attributes.get(PREFIX) ?? []).toString('latin1'))
  const packet = payload && packetOf(payload)
  if (!words || !REASONS.has(words[3]) || !packet) return undefined
  const hardware = attributes.get(HARDWARE)
  const [hold, way, reason] = words.slice(1) as [BlockedFlow['hold'], 'from' | 'to', Refusal]
  const isMac = hardware !== undefined && hardware.length >= 10 && hardware[1] === 6
  const mac = isMac ? Buffer.from(hardware.subarray(4, 10)).toString('hex') : undefined
  const texts = mac && { mac: mac.replace(/(..)(?!$)/g, '$1:') }
  return { time, hold, way, reason, ...texts, ...packet }
}

/** Length and type are in the machine's own order, little endian on all we run on. */
function attributesOf(record: Uint8Array): Map<number, Uint8Array> {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
  const found = new Map<number, Uint8Array>()
  let at = HEADER_BYTES
  while (at + 4 <= record.length) {
    const length = view.getUint16(at, true)
    if (length < 4 || at + length > record.length) break
    found.set(view.getUint16(at + 2, true) & 0x7fff, record.subarray(at + 4, at + length))
    at += (length + 3) & ~3
  }
  return found
}

type Packet = Omit<BlockedFlow, 'time' | 'hold' | 'way' | 'reason' | 'mac'>

function packetOf(bytes: Uint8Array): Packet | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = bytes.length > 0 ? bytes[0] >> 4 : 0
  if (version === 4 && bytes.length >= 20) {
    const ends = {
      source: v4Text(view.getUint32(12)),
      destination: v4Text(view.getUint32(16)),
      ipProtocol: bytes[9],
    }
    const isFirst = (view.getUint16(6) & 0x1fff) === 0
    return { ...ends, ...(isFirst && portsOf(view, (bytes[0] & 15) * 4, bytes[9])) }
  }
  if (version !== 6 || bytes.length < 40) return undefined
  const groups = (from: number) =>
    Array.from({ length: 8 }, (_, index) => view.getUint16(from + index * 2))
  const [source, destination] = [v6Text(groups(8)), v6Text(groups(24))]
  return { source, destination, ipProtocol: bytes[6], ...portsOf(view, 40, bytes[6]) }
}

/** TCP, UDP, SCTP, UDP-Lite. */
const WITH_PORTS = new Set([6, 17, 132, 136])

function portsOf(view: DataView, at: number, ipProtocol: number) {
  if (!WITH_PORTS.has(ipProtocol) || view.byteLength < at + 4) return {}
  return { sourcePort: view.getUint16(at), destinationPort: view.getUint16(at + 2) }
}
