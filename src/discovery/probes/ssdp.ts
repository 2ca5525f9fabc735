// SSDP (UPnP Device Architecture 2.0, 1.3.2): one M-SEARCH for everything, answered within three
// seconds.
import { closeSocket, openDatagrams, sendTo } from '../datagrams.ts'
import type { Probe } from '../probe.ts'

const GROUP = '239.255.255.250'
const PORT = 1900
const SEARCH = [
  'M-SEARCH * HTTP/1.1',
  `HOST: ${GROUP}:${PORT}`,
  'MAN: "ssdp:discover"',
  'MX: 3',
  'ST: ssdp:all',
  '',
  '',
].join('\r\n')

export const probe: Probe = {
  id: 'ssdp',
  title: 'one SSDP search',
  order: 3,

  plan: ({ segment: { own4 } }) => (own4 === '' ? [] : [{ target: GROUP, what: 'M-SEARCH' }]),

  async open({ segment: { own4 } }) {
    const socket = await openDatagrams({ family: 4, from: own4, hopLimit: 2 })
    return {
      send: ({ target }) => sendTo(socket, Buffer.from(SEARCH), { port: PORT, address: target }),
      close: () => closeSocket(socket),
    }
  },
}
