// A capture in which everything that has a name has an evil one: markup, terminal escape codes,
// text that runs backwards, line ends.
import {
  ethernetFrame,
  ipv4Packet,
  tcpSegment,
  udpDatagram,
  type Ends,
} from '../../src/decode/frame-kit.ts'
import { classicCapture, type KitFrame } from '../../src/sensor/capture-kit.ts'

export const EVIL = '<script>alert(1)</script>'
/** Red, a new window title, back to the line's beginning, and U+202E. */
export const CODES = '\u001b[31m\u001b]0;owned\u0007\r\u202eevil'
const EVERYTHING = EVIL + CODES + `"'><img src=http://evil.test/x onerror=alert(2)>`

const CLIENT = '02:aa:00:00:00:01'
const SERVER = '02:aa:00:00:00:02'
const UP: Ends = { from: '192.168.1.10', to: '192.168.1.20' }
const DOWN: Ends = { from: '192.168.1.20', to: '192.168.1.10' }

const text = (value: string) => Buffer.from(value, 'utf8')
const option = (code: number, value: Buffer) =>
  Buffer.concat([Buffer.from([code, value.length]), value])

/** A DHCP request whose host name, vendor class and domain are evil. */
function dhcpRequest(): Buffer {
  const head = Buffer.alloc(236)
  Buffer.from('010106003903f326', 'hex').copy(head)
  Buffer.from(CLIENT.replaceAll(':', ''), 'hex').copy(head, 28)
  return Buffer.concat([
    head,
    Buffer.from('63825363', 'hex'),
    option(53, Buffer.from([3])),
    option(12, text(EVIL)),
    option(60, text(EVERYTHING)),
    option(161, text(`https://evil.test/${EVERYTHING}`)),
    Buffer.from([255]),
  ])
}

/** One HTTP exchange: evil agent, server, title and realm. */
function webFrames(): Buffer[] {
  const ask =
    `GET /${EVIL} HTTP/1.1\r\nHost: ${EVIL}.test\r\nUser-Agent: ${EVERYTHING}\r\n` +
    `Authorization: Basic ${Buffer.from(`${EVIL}\u001b[1m:secret-4711`).toString('base64')}\r\n\r\n`
  const answer =
    `HTTP/1.1 200 OK\r\nServer: ${EVERYTHING}\r\nContent-Type: text/html\r\n` +
    `WWW-Authenticate: Basic realm="${EVIL}"\r\n\r\n<html><title>${EVERYTHING}</title></html>`
  const segment = (up: boolean, flags: string, payload?: string) => {
    const [from, to] = up ? [40_000, 80] : [80, 40_000]
    const bytes = tcpSegment({
      from,
      to,
      flags,
      sequence: flags.startsWith('S') ? 0 : 1,
      acknowledgement: 1,
      payload: payload === undefined ? undefined : text(payload.replaceAll('\r\u202e', ' ')),
    })
    const ends = up ? { from: CLIENT, to: SERVER } : { from: SERVER, to: CLIENT }
    return ethernetFrame(0x0800, ipv4Packet(6, bytes, up ? UP : DOWN), ends)
  }
  return [
    segment(true, 'S'),
    segment(false, 'SA'),
    segment(true, 'AP', ask),
    segment(false, 'AP', answer),
  ]
}

function datagram(from: number, to: number, payload: Buffer): Buffer {
  const ends = { from: '192.168.1.10', to: '239.255.255.250' }
  const packet = ipv4Packet(17, udpDatagram(from, to, payload), ends)
  return ethernetFrame(0x0800, packet, { from: CLIENT, to: '01:00:5e:7f:ff:fa' })
}

const ssdpNotify = () =>
  datagram(
    1900,
    1900,
    text(
      'NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNTS: ssdp:alive\r\n' +
        `NT: urn:${EVIL}\r\nUSN: uuid:${EVIL}\r\nSERVER: ${EVERYTHING.replaceAll('\r', '')}\r\n` +
        `LOCATION: http://192.168.1.10/${EVIL}\r\n\r\n`,
    ),
  )

/** The capture as a file's bytes. */
export function hostileCapture(): Buffer {
  const broadcast = { from: CLIENT, to: 'ff:ff:ff:ff:ff:ff' }
  const dhcp = udpDatagram(68, 67, dhcpRequest())
  const asked = { from: '0.0.0.0', to: '255.255.255.255' }
  const frames = [
    ethernetFrame(0x0800, ipv4Packet(17, dhcp, asked), broadcast),
    ...webFrames(),
    ssdpNotify(),
  ]
  const timed = frames.map((bytes, index): KitFrame => ({
    time: 1_700_000_000_000_000 + index * 100_000,
    bytes,
  }))
  return classicCapture(timed)
}
