// /proc/net/arp of Linux (proc(5)): the ARP table of a router where no tool is installed.
import { linesOf, type TruthKind } from '../kind.ts'

const HEAD = /^IP address\s+HW type\s+Flags\s+HW address/
const LINE = /^(\d+\.\d+\.\d+\.\d+)\s+0x1\s+0x([0-9a-f]+)\s+(\S+)\s+\S+\s+(\S+)$/i
/** ATF_COM: the entry is complete. */
const COMPLETE = 2

export const truth: TruthKind = {
  id: 'proc-arp',
  title: '/proc/net/arp',
  obtain: 'ssh router cat /proc/net/arp',
  names: 'none',
  nameConfidence: 0,

  recognises: (head) => HEAD.test(head),

  read(text, sink) {
    for (const [line, number] of linesOf(text)) {
      const found = LINE.exec(line)
      if (!found || (Number.parseInt(found[2], 16) & COMPLETE) === 0) continue
      sink.fact({ address: found[1], mac: found[3], port: found[4], line: number })
    }
  },
}
