// ARP tables as people print them: `arp -an` of Linux, BSD and macOS (whose MACs drop zeros),
// `arp -a` of Windows, `show ip arp` of Cisco and those who took after it.
import { linesOf, type TruthKind } from '../kind.ts'

const UNIX = /^\S+ \((\d+\.\d+\.\d+\.\d+)\) at (\S+)(?: .*?\bon (\S+))?/
const WINDOWS = /^\s+(\d+\.\d+\.\d+\.\d+)\s+((?:[0-9a-f]{2}-){5}[0-9a-f]{2})\s+\S+/i
const CISCO =
  /^Internet\s+(\d+\.\d+\.\d+\.\d+)\s+\S+\s+((?:[0-9a-f]{4}\.){2}[0-9a-f]{4})\s+\S+(?:\s+(\S+))?/i

export const truth: TruthKind = {
  id: 'arp',
  title: 'ARP tables (arp -an, Windows arp -a, Cisco show ip arp)',
  obtain: 'ssh router arp -an',
  names: 'none',
  nameConfidence: 0,

  recognises: (head) =>
    /^\S+ \(\d+\.\d+\.\d+\.\d+\) at (\S+:|<incomplete>|\(incomplete\))/m.test(head) ||
    /^Interface: \d+\.\d+\.\d+\.\d+ --- /m.test(head) ||
    /^Internet\s+\d+\.\d+\.\d+\.\d+\s/m.test(head),

  read(text, sink) {
    for (const [line, number] of linesOf(text)) {
      const found = UNIX.exec(line) ?? WINDOWS.exec(line) ?? CISCO.exec(line)
      if (!found) continue
      const [, address, mac, port = ''] = found
      if (!/incomplete/.test(mac)) sink.fact({ mac, address, port, line: number })
    }
  },
}
