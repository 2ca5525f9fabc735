// Community ID version 1: one flow, the same short text in every tool
// (github.com/corelight/community-id-spec).
import { createHash } from 'node:crypto'
import type { EndpointTable, Flow } from '../flow/index.ts'

const message = Buffer.alloc(40)

/** ICMP types whose answers are other types: both make one flow, as if they were ports. */
const PAIRS = {
  1: new Map([
    [8, 0],
    [0, 8],
    [13, 14],
    [14, 13],
    [15, 16],
    [16, 15],
    [17, 18],
    [18, 17],
    [10, 9],
    [9, 10],
  ]),
  58: new Map([
    [128, 129],
    [129, 128],
    [133, 134],
    [134, 133],
    [135, 136],
    [136, 135],
    [130, 131],
    [131, 130],
    [144, 145],
    [145, 144],
  ]),
} as const

/** '1:' and the base64 of a SHA-1 over the ordered tuple; seed 0. '' for a flow without IP. */
export function communityId(flow: Flow, endpoints: EndpointTable): string {
  if (flow.family === 2) return ''
  const length = flow.family === 1 ? 16 : 4
  const [from, to, oneWay] = portsOf(flow)
  const a = addressBytes(endpoints, flow.originator, length)
  const b = addressBytes(endpoints, flow.responder, length)
  const order = Buffer.compare(a, b) || from - to
  const swap = order > 0 && !oneWay
  let at = message.writeUInt16BE(0, 0)
  at += (swap ? b : a).copy(message, at)
  at += (swap ? a : b).copy(message, at)
  message[at++] = flow.ipProtocol
  message[at++] = 0
  at = message.writeUInt16BE(swap ? to : from, at)
  at = message.writeUInt16BE(swap ? from : to, at)
  return '1:' + createHash('sha1').update(message.subarray(0, at)).digest('base64')
}

/** Ports, or ICMP's type and its answer's; true when the flow has no other direction. */
function portsOf(flow: Flow): [from: number, to: number, oneWay: boolean] {
  const { originatorPort, responderPort, ipProtocol } = flow
  if (ipProtocol !== 1 && ipProtocol !== 58) return [originatorPort, responderPort, false]
  const pairs = ipProtocol === 1 ? PAIRS[1] : PAIRS[58]
  const answer = pairs.get(originatorPort)
  return answer === undefined
    ? [originatorPort, responderPort, true]
    : [originatorPort, answer, false]
}

function addressBytes(endpoints: EndpointTable, endpoint: number, length: number): Buffer {
  const key = endpoints.address(endpoint)
  const bytes = Buffer.alloc(length)
  if (length === 4) bytes.writeUInt32BE(key, 0)
  else {
    for (let word = 0; word < 4; word++) {
      bytes.writeInt32BE(endpoints.addresses.word(key - 4294967296, word), word * 4)
    }
  }
  return bytes
}
