// Heads of HTTP, SSDP and RTSP messages in an anonymised capture: method, status and the names of
// headers stay, hosts become others of their length, all other values are blanked. Bodies are cut.
import { blank } from './names.ts'
import type { Maps, Span } from './maps.ts'

const HEAD_MAX = 16_384
const METHODS =
  'GET POST PUT HEAD DELETE OPTIONS PATCH CONNECT TRACE NOTIFY M-SEARCH SUBSCRIBE UNSUBSCRIBE ' +
  'DESCRIBE SETUP PLAY PAUSE TEARDOWN ANNOUNCE GET_PARAMETER SET_PARAMETER PROPFIND'
const START = new RegExp(`^(?:(?:${METHODS.replaceAll(' ', '|')}) |(?:HTTP|RTSP)/\\d\\.\\d \\d{3})`)
const CRLF = '\r\n'
/** Headers whose values say nothing of anybody. */
const KEPT = /^(?:connection|transfer-encoding|content-length|man|mx|nts|upgrade|cseq)$/i
const HOST = /^host$/i
/** What SSDP announces: kinds of devices and services. */
const KIND = /^(?:nt|st)$/i
const KIND_VALUE =
  /^(?:ssdp:[a-z-]+|upnp:rootdevice|urn:schemas-(?:upnp|wifialliance)-org:[a-z]+:[A-Za-z]+:\d)$/

export function rewriteTextHead(span: Span, maps: Maps): number {
  const { bytes, at, end } = span
  const text = bytes.toString('latin1', at, Math.min(end, at + HEAD_MAX))
  if (!START.test(text)) return at
  const close = text.indexOf(CRLF + CRLF)
  // A head that goes on in another segment is cut at its last whole line.
  const stop = close < 0 ? text.lastIndexOf(CRLF) + 2 : close + 4
  if (stop < 2) return at
  let from = 0
  for (let line = text.indexOf(CRLF); line >= 0 && line < stop; line = text.indexOf(CRLF, from)) {
    if (from === 0) startLine(text.slice(0, line), bytes, at)
    else header(text.slice(from, line), bytes, at + from, maps)
    from = line + 2
  }
  return at + Math.min(from, stop)
}

/** Method, target, version; or version, status, reason. */
function startLine(line: string, bytes: Buffer, at: number): void {
  const answer = /^(?:HTTP|RTSP)\/\d\.\d \d{3}/.exec(line)
  if (answer) return blank(bytes, at + answer[0].length, at + line.length, ' ')
  const first = line.indexOf(' ')
  const last = line.lastIndexOf(' ')
  const version = last > first && /^ (?:HTTP|RTSP)\/\d\.\d$/.test(line.slice(last))
  blank(bytes, at + first + 1, at + (version ? last : line.length), '/?&=*')
}

function header(line: string, bytes: Buffer, at: number, maps: Maps): void {
  const colon = line.indexOf(':')
  const name = line.slice(0, colon)
  if (colon < 0 || !/^[\w-]{1,64}$/.test(name)) return blank(bytes, at, at + line.length)
  const value = line.slice(colon + 1).trim()
  if (KEPT.test(name) || value === '') return
  const from = at + colon + 1 + line.slice(colon + 1).search(/\S/)
  if (HOST.test(name)) maps.names.host(bytes, from, value.length)
  else if (!KIND.test(name) || !KIND_VALUE.test(value)) blank(bytes, from, from + value.length, ' ')
}
