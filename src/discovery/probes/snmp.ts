// SNMPv2c (RFC 3416): asks those who have answered for sysDescr, sysObjectID and sysName, once,
// with the community that the user names. Without one nothing is asked: guessing is an attack.
import { closeSocket, openDatagrams, sendTo } from '../datagrams.ts'
import type { Probe } from '../probe.ts'

const PORT = 161
/** 1.3.6.1.2.1.1.{1,2,5}.0, as BER writes it. */
const SYSTEM = [1, 2, 5].map((column) => [0x2b, 6, 1, 2, 1, 1, column, 0])

export const probe: Probe = {
  id: 'snmp',
  title: 'system group by SNMP, where a community is given',
  order: 4,

  plan: ({ alive, community, segment: { own4 } }) =>
    community === undefined || own4 === ''
      ? []
      : alive()
          .filter((target) => !target.includes(':'))
          .map((target) => ({ target, what: 'SNMP get system' })),

  async open({ community = '', segment: { own4 } }) {
    const socket = await openDatagrams({ family: 4, from: own4, hopLimit: 1 })
    let request = 0
    return {
      send: ({ target }) =>
        sendTo(socket, getSystem(community, ++request), { port: PORT, address: target }),
      close: () => closeSocket(socket),
    }
  },
}

/** RFC 3416 3 and RFC 1901: version 1 stands for v2c. */
export function getSystem(community: string, request: number): Buffer {
  const bindings = SYSTEM.map((oid) => tagged(0x30, tagged(0x06, Buffer.from(oid)), tagged(0x05)))
  const pdu = tagged(
    0xa0,
    integer(request & 0x7fff),
    integer(0),
    integer(0),
    tagged(0x30, ...bindings),
  )
  return tagged(0x30, integer(1), tagged(0x04, Buffer.from(community)), pdu)
}

const integer = (value: number): Buffer =>
  tagged(0x02, value < 128 ? Buffer.from([value]) : Buffer.from([value >> 8, value & 255]))

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}
