// TLS, HTTP and SSH say one thing in several messages, Suricata in one record: the messages of a
// flow are gathered until the record is whole, the flow ends, or too many wait.
import type { Fields, Transaction } from '../flow/index.ts'
import { certificateDate, leftOver, suricataName, type Layout } from './eve-layouts.ts'

/** Flows whose messages are waiting for the rest. */
const WAITING_MAX = 8192

/** Messages of one flow, and when the first of them came. */
interface Waiting {
  readonly protocol: string
  readonly first: Transaction
  /** By what they are: 'client-hello', 'request', 'client', … */
  readonly parts: Map<string, Fields>
}

/** Called with the first message of a record and its layout. */
export type GatheredWriter = (first: Transaction, layout: Layout) => void

export class Gatherer {
  private readonly waiting = new Map<number, Waiting>()
  private readonly write: GatheredWriter

  constructor(write: GatheredWriter) {
    this.write = write
  }

  get size(): number {
    return this.waiting.size
  }

  /** Takes a message; false when its protocol is not gathered. */
  take(said: Transaction): boolean {
    const { protocol, flow } = said
    const part = partOf(said)
    if (part === undefined) return false
    if (flow === 0) {
      const parts = new Map([[part, said.fields]])
      this.write(inDirection(said), DRAW[protocol]({ protocol, first: said, parts }))
      return true
    }
    let waiting = this.waiting.get(flow)
    // The same part again, or another protocol: the record before it is as whole as it will get.
    if (waiting && (waiting.protocol !== protocol || waiting.parts.has(part))) {
      this.finish(flow)
      waiting = undefined
    }
    if (!waiting) {
      if (this.waiting.size >= WAITING_MAX) this.finish(this.waiting.keys().next().value!)
      waiting = { protocol, first: said, parts: new Map() }
      this.waiting.set(flow, waiting)
    }
    waiting.parts.set(part, said.fields)
    if (isWhole(waiting)) this.finish(flow)
    return true
  }

  /** Writes what is known of a flow that is over. */
  finish(flow: number): void {
    const waiting = this.waiting.get(flow)
    if (!waiting) return
    this.waiting.delete(flow)
    this.write(inDirection(waiting.first), DRAW[waiting.protocol](waiting))
  }

  finishAll(): void {
    for (const flow of [...this.waiting.keys()]) this.finish(flow)
  }
}

/** Records of both sides are written from the client to the server, whoever was heard first. */
function inDirection(said: Transaction): Transaction {
  const { protocol, fields, fromOriginator } = said
  const fromClient = fields.kind === 'client-hello' || fields.kind === 'request'
  const byClient = protocol === 'ssh' ? fromOriginator : fromClient || fields.from === 'client'
  if (byClient) return fromOriginator ? said : { ...said, fromOriginator: true }
  const { source, destination, sourcePort, destinationPort } = said
  return {
    ...said,
    source: destination,
    destination: source,
    sourcePort: destinationPort,
    destinationPort: sourcePort,
    fromOriginator: true,
  }
}

/** Which part of a record a message is; undefined for messages that have records of their own. */
function partOf({ protocol, fields, fromOriginator }: Transaction): string | undefined {
  const kind = String(fields.kind)
  if (protocol === 'tls') {
    if (kind === 'certificate') return fields.from === 'client' ? 'client-certificate' : kind
    return kind === 'client-hello' || kind === 'server-hello' ? kind : undefined
  }
  if (protocol === 'http') return kind === 'request' || kind === 'response' ? kind : undefined
  if (protocol !== 'ssh' || kind !== 'banner') return undefined
  return fromOriginator ? 'client' : 'server'
}

function isWhole({ protocol, parts }: Waiting): boolean {
  if (protocol === 'http') return parts.has('response')
  if (protocol === 'ssh') return parts.size === 2
  const answer = parts.get('server-hello')
  if (!answer) return false
  // From TLS 1.3 on certificates are encrypted; a resumed session has none.
  const hidden = answer.version === 'TLSv1.3' || answer.version === 'DTLSv1.3'
  return hidden || answer.resumed === true || parts.has('certificate')
}

const versionText = (version: unknown): string | undefined =>
  typeof version === 'string' ? version.replace(/^(D?TLS)v/, '$1 ') : undefined

interface Certificate {
  readonly subject: string
  readonly issuer: string
  readonly serial: string
  readonly notBefore: string
  readonly notAfter: string
  readonly names: readonly string[]
}

const chainOf = (fields: Fields | undefined) =>
  (fields?.chain ?? []) as unknown as readonly Certificate[]

/** The first certificate of a chain as Suricata lays it out. */
function certificate(chain: readonly Certificate[]) {
  if (chain.length === 0) return undefined
  const [{ subject, issuer, serial, notBefore, notAfter, names }] = chain
  return {
    subject: suricataName(subject),
    issuerdn: suricataName(issuer),
    serial: serial.toUpperCase().replace(/(..)(?=.)/g, '$1:'),
    notbefore: certificateDate(notBefore),
    notafter: certificateDate(notAfter),
    subjectaltname: names.length > 0 ? names : undefined,
  }
}

function drawTls({ parts }: Waiting): Layout {
  const hello = parts.get('client-hello')
  const answer = parts.get('server-hello')
  const chain = chainOf(parts.get('certificate'))
  const clientChain = chainOf(parts.get('client-certificate'))
  const cipher = answer?.cipher
  const number = typeof cipher === 'string' && /^[0-9a-f]{4}$/.test(cipher)
  const own = {
    client_hello: hello && leftOver(hello, 'kind', 'serverName', 'alpn', 'version', 'ja4'),
    server_hello:
      answer && leftOver(answer, 'kind', 'version', 'alpn', 'resumed', number ? 'cipher' : ''),
    chain: chain.length > 0 ? chain : undefined,
    client_chain: clientChain.length > 0 ? clientChain : undefined,
  }
  return {
    object: {
      ...certificate(chain),
      session_resumed: answer?.resumed === true ? true : undefined,
      sni: hello?.serverName,
      version: versionText(answer?.version),
      ja4: hello?.ja4,
      client_alpns: hello?.alpn,
      server_alpns: answer?.alpn === undefined ? undefined : [answer.alpn],
      client: certificate(clientChain),
      client_handshake: hello && { version: versionText(hello.version) },
      server_handshake: number ? { cipher: Number.parseInt(cipher, 16) } : undefined,
    },
    own: Object.values(own).some(Boolean) ? (own as unknown as Fields) : undefined,
  }
}

function drawHttp({ parts }: Waiting): Layout {
  const request = parts.get('request')
  const response = parts.get('response')
  const host = /^(.*?)(?::(\d{1,5}))?$/.exec(typeof request?.host === 'string' ? request.host : '')
  const own = {
    request: request && leftOver(request, 'kind', 'method', 'uri', 'host', 'userAgent'),
    response: response && leftOver(response, 'kind', 'status', 'server', 'contentType', 'location'),
  }
  return {
    object: {
      hostname: host?.[1] || undefined,
      http_port: host?.[2] === undefined ? undefined : Number(host[2]),
      url: request?.uri,
      http_user_agent: request?.userAgent,
      http_method: request?.method,
      http_content_type: response?.contentType,
      server: response?.server,
      status: response?.status,
      redirect: response?.location,
    },
    own: own.request || own.response ? (own as unknown as Fields) : undefined,
  }
}

function drawSsh({ parts }: Waiting): Layout {
  const side = (fields: Fields | undefined) =>
    fields && { proto_version: fields.protocolVersion, software_version: fields.software }
  const client = parts.get('client')
  const server = parts.get('server')
  const own = {
    client: client && leftOver(client, 'kind', 'protocolVersion', 'software'),
    server: server && leftOver(server, 'kind', 'protocolVersion', 'software'),
  }
  return {
    object: { client: side(client), server: side(server) },
    own: own.client || own.server ? (own as unknown as Fields) : undefined,
  }
}

const DRAW: { readonly [protocol: string]: (waiting: Waiting) => Layout } = {
  tls: drawTls,
  http: drawHttp,
  ssh: drawSsh,
}
