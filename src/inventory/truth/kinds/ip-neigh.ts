// The neighbour table of Linux: `ip -j neigh` (JSON) and `ip neigh` (text), ARP and ND together.
import { objectOf, objectsOf, textOf, textsOf } from '../../documented/json.ts'
import { linesOf, type TruthKind, type TruthSink } from '../kind.ts'

const LINE = /^(\S+) dev (\S+) (?:lladdr (\S+) )?(.*)$/
/** States without an answer, and entries the kernel made up for groups. */
const EMPTY = /\b(FAILED|INCOMPLETE|NOARP|NONE)\b/

export const truth: TruthKind = {
  id: 'ip-neigh',
  title: "Linux's neighbours (ip -j neigh, ip neigh)",
  obtain: 'ssh router ip -j neigh',
  names: 'none',
  nameConfidence: 0,

  recognises: (head) =>
    /^\s*\[\s*\{\s*"dst"\s*:/.test(head) || /^\S+ dev \S+ (lladdr |[A-Z]+)/.test(head),

  read(text, sink) {
    if (/^\s*\[/.test(text)) readJson(text, sink)
    else readLines(text, sink)
  },
}

function readJson(text: string, sink: TruthSink): void {
  let entries: unknown
  try {
    entries = JSON.parse(text)
  } catch {
    sink.odd(0, 'no JSON')
    return
  }
  for (const entry of objectsOf(entries)) {
    const state = textsOf(entry['state']).join(' ')
    const mac = textOf(objectOf(entry)?.['lladdr'])
    if (EMPTY.test(state) || mac === '') continue
    sink.fact({ mac, address: textOf(entry['dst']), port: textOf(entry['dev']) })
  }
}

function readLines(text: string, sink: TruthSink): void {
  for (const [line, number] of linesOf(text)) {
    const found = LINE.exec(line)
    if (!found) {
      sink.odd(number, "no line of 'ip neigh'")
      continue
    }
    const [, address, device, mac, state] = found
    if (mac !== undefined && !EMPTY.test(state)) {
      sink.fact({ mac, address, port: device, line: number })
    }
  }
}
