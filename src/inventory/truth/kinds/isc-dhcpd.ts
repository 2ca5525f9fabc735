// ISC dhcpd's lease file (dhcpd.leases(5)): a journal of blocks. A later block replaces an earlier
// one of the same address; both are facts of their own times.
import { linesOf, type ToldFact, type TruthKind } from '../kind.ts'

const OPEN = /^lease (\d+\.\d+\.\d+\.\d+) \{$/
const TIMED =
  /^(starts|ends) (?:epoch (\d+)|\d (\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)|(never));/
const HARDWARE = /^hardware ethernet ([0-9a-f:]+);$/i
const QUOTED = /^(client-hostname|uid) "((?:[^"\\]|\\.)*)";$/

/** States in which nobody has the address, or nobody should. */
const NOBODYS: ReadonlySet<string> = new Set(['abandoned', 'backup', 'reset'])

export const truth: TruthKind = {
  id: 'isc-dhcpd',
  title: "ISC dhcpd's leases",
  obtain: '/var/lib/dhcp/dhcpd.leases',
  names: 'dhcp',
  nameConfidence: 0.9,

  recognises: (head) =>
    /^(# .*isc\.org|lease \d+\.\d+\.\d+\.\d+ \{|authoring-byte-order )/m.test(head),

  read(text, sink) {
    let lease: Draft | undefined
    let depth = 0
    for (const [raw, number] of linesOf(text)) {
      const line = raw.trim()
      if (depth === 0) {
        const open = OPEN.exec(line)
        if (open) lease = { address: open[1], line: number, state: '' }
        if (line.endsWith('{')) depth = 1
        continue
      }
      if (line.endsWith('{')) depth++
      if (line === '}' && --depth === 0) {
        if (lease?.mac !== undefined && !NOBODYS.has(lease.state)) sink.fact(lease as ToldFact)
        lease = undefined
      } else if (lease) takeLine(line, lease)
    }
    if (depth > 0) sink.odd(0, 'the last block is not closed')
  },
}

type Draft = { -readonly [key in keyof ToldFact]?: ToldFact[key] } & { state: string }

function takeLine(line: string, lease: Draft): void {
  const timed = TIMED.exec(line)
  if (timed) {
    lease[timed[1] === 'starts' ? 'from' : 'to'] = timeOf(timed)
    return
  }
  const hardware = HARDWARE.exec(line)
  if (hardware) lease.mac = hardware[1]
  const state = /^binding state ([a-z]+);$/.exec(line)
  if (state) lease.state = state[1]
  const quoted = QUOTED.exec(line)
  if (quoted?.[1] === 'client-hostname') lease.name = bytesOf(quoted[2]).toString('utf8')
  else if (quoted) lease.clientId = bytesOf(quoted[2]).toString('hex')
}

/** UTC by default, `db-time-format local` writes epochs. */
function timeOf(timed: RegExpExecArray): number {
  const [, , epoch, year, month, day, hour, minute, second, never] = timed
  if (never) return Infinity
  if (epoch) return Number(epoch) * 1_000_000
  const parts = [year, month, day, hour, minute, second].map(Number)
  return Date.UTC(parts[0], parts[1] - 1, parts[2], parts[3], parts[4], parts[5]) * 1000
}

/** Text with \ooo for bytes that do not print. */
function bytesOf(text: string): Buffer {
  const bytes: number[] = []
  for (let at = 0; at < text.length; at++) {
    const octal = /^\\([0-3][0-7]{2})/.exec(text.slice(at, at + 4))
    if (octal) {
      bytes.push(Number.parseInt(octal[1], 8))
      at += 3
    } else if (text[at] === '\\' && at + 1 < text.length) bytes.push(text.charCodeAt(++at) & 255)
    else bytes.push(...Buffer.from(text[at]))
  }
  return Buffer.from(bytes)
}
