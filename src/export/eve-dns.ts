// DNS records in version 3 of Suricata's format (8.0), byte by byte: the commonest messages there
// are.
import type { Transaction } from '../flow/index.ts'
import { constant, type ByteLines } from './byte-line.ts'
import { endRecord, writeHead, writeObject, type RecordParts } from './eve-record.ts'

const C = {
  request: constant(',"dns":{"version":3,"type":"request","id":'),
  response: constant(',"dns":{"version":3,"type":"response","id":'),
  truncated: constant(',"tc":true'),
  code: constant(',"rcode":'),
  queries: constant(',"queries":['),
  answers: constant(',"answers":['),
  comma: constant(','),
  name: constant('{"rrname":'),
  type: constant(',"rrtype":'),
  ttl: constant(',"ttl":'),
  data: constant(',"rdata":'),
  service: constant(',"srv":{"name":'),
  port: constant(',"port":'),
  objectEnd: constant('}'),
  listEnd: constant(']'),
} as const

interface Answer {
  readonly name: string
  readonly type: string
  readonly ttl: number
  readonly data: string | readonly string[]
  readonly port?: number
}

interface DnsSaid {
  readonly kind: string
  readonly id: number
  readonly questions: readonly { readonly name: string; readonly type: string }[]
  readonly answers: readonly Answer[]
  readonly rcode?: string
  readonly truncated?: boolean
  readonly more?: number
  readonly operation?: string
}

/** Room for constants and numbers of one entry. */
const ROOM = 128

export function writeDns(said: Transaction, parts: RecordParts): void {
  const fields = said.fields as unknown as DnsSaid
  const { lines } = parts
  writeHead(said, 'dns', parts)
  lines.reserve(ROOM)
  lines.put(fields.kind === 'query' ? C.request : C.response)
  lines.number(fields.id)
  if (fields.truncated) lines.put(C.truncated)
  if (fields.rcode !== undefined) {
    lines.put(C.code)
    lines.text(fields.rcode)
  }
  writeQuestions(fields, lines)
  if (fields.answers.length > 0) writeAnswers(fields.answers, lines)
  lines.reserve(ROOM)
  lines.put(C.objectEnd)
  const { more, operation } = fields
  if (more !== undefined || operation !== undefined) {
    writeObject(lines, 'thingward', { more, operation })
  }
  endRecord(lines)
}

function writeQuestions({ questions }: DnsSaid, lines: ByteLines): void {
  lines.reserve(ROOM)
  lines.put(C.queries)
  for (let index = 0; index < questions.length; index++) {
    lines.reserve(ROOM)
    if (index > 0) lines.put(C.comma)
    lines.put(C.name)
    lines.text(questions[index].name)
    lines.put(C.type)
    lines.text(questions[index].type)
    lines.put(C.objectEnd)
  }
  lines.put(C.listEnd)
}

function writeAnswers(answers: readonly Answer[], lines: ByteLines): void {
  lines.reserve(ROOM)
  lines.put(C.answers)
  let first = true
  for (const answer of answers) {
    const texts = typeof answer.data === 'string' ? [answer.data] : answer.data
    // A TXT record of several strings is several answers, as Suricata has it.
    for (const text of texts) {
      lines.reserve(ROOM)
      if (!first) lines.put(C.comma)
      first = false
      writeAnswer(answer, text, lines)
    }
  }
  lines.reserve(ROOM)
  lines.put(C.listEnd)
}

function writeAnswer({ name, type, ttl, port }: Answer, data: string, lines: ByteLines): void {
  lines.put(C.name)
  lines.text(name)
  lines.put(C.type)
  lines.text(type)
  lines.put(C.ttl)
  lines.number(ttl)
  if (type !== 'SRV') {
    lines.put(C.data)
    lines.text(data)
    lines.put(C.objectEnd)
    return
  }
  lines.put(C.service)
  lines.text(data)
  if (port !== undefined) {
    lines.put(C.port)
    lines.number(port)
  }
  lines.put(C.objectEnd)
  lines.put(C.objectEnd)
}
