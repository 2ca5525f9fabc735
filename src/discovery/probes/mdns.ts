// Multicast DNS (RFC 6762): asks the link once which services there are, and for those that things
// mostly offer. From a port of our own, so that answers come to us alone (6.7).
import { closeSocket, openDatagrams, sendTo } from '../datagrams.ts'
import type { Probe } from '../probe.ts'

const GROUPS = ['224.0.0.251', 'ff02::fb'] as const
const PORT = 5353
const POINTER = 12
const INTERNET = 1

const NAMES = [
  '_services._dns-sd._udp.local',
  '_http._tcp.local',
  '_ipp._tcp.local',
  '_googlecast._tcp.local',
  '_airplay._tcp.local',
  '_hap._tcp.local',
  '_matter._tcp.local',
  '_axis-video._tcp.local',
  '_workstation._tcp.local',
] as const

export const probe: Probe = {
  id: 'mdns',
  title: 'one multicast DNS query',
  order: 2,

  plan: ({ segment: { own4, own6 } }) =>
    GROUPS.filter((group) => (group.includes(':') ? own6 : own4) !== '').map((target) => ({
      target,
      what: 'mDNS query',
    })),

  async open({ segment }) {
    const { own4, own6 } = segment
    const zone = `%${segment.interface}`
    const v4 =
      own4 === '' ? undefined : await openDatagrams({ family: 4, from: own4, hopLimit: 255 })
    const v6 =
      own6 === '' ? undefined : await openDatagrams({ family: 6, from: own6 + zone, hopLimit: 255 })
    return {
      async send({ target }) {
        if (!target.includes(':')) await sendTo(v4!, query(NAMES), { port: PORT, address: target })
        else await sendTo(v6!, query(NAMES), { port: PORT, address: target + zone })
      },
      async close() {
        if (v4) await closeSocket(v4)
        if (v6) await closeSocket(v6)
      },
    }
  },
}

/** RFC 1035 4.1: a header and one question a name. */
export function query(names: readonly string[]): Buffer {
  const header = Buffer.alloc(12)
  header.writeUInt16BE(names.length, 4)
  const questions = names.map((name) => {
    const labels = name
      .split('.')
      .flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)])
    return Buffer.concat([...labels, Buffer.from([0, 0, POINTER, 0, INTERNET])])
  })
  return Buffer.concat([header, ...questions])
}
