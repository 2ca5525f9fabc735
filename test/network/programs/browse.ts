// Looks for devices as a person's computer does: one mDNS question and, with a wish, one M-SEARCH.
// usage: browse.ts ADDRESS SERVICE[,SERVICE...] [SSDP_TARGET]

import { createSocket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'

const [address, services, target] = process.argv.slice(2)
const label = (text: string): Buffer =>
  Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])

/** A question for PTR records (RFC 6762 section 5), all in one message. */
function question(names: string[]): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt16BE(names.length, 4)
  const questions = names.map((name) => {
    return Buffer.concat([...name.split('.').map(label), Buffer.from([0, 0, 12, 0, 1])])
  })
  return Buffer.concat([head, ...questions])
}

const message = question(services.split(',').map((name) => `${name}.local`))
const mdns = createSocket({ type: 'udp4', reuseAddr: true })
mdns.bind(5353, () => {
  mdns.setMulticastInterface(address)
  mdns.setMulticastTTL(255)
  mdns.send(message, 5353, '224.0.0.251')
})
const mdns6 = createSocket({ type: 'udp6', reuseAddr: true, ipv6Only: true })
mdns6.on('error', () => mdns6.close())
mdns6.bind(5353, () => {
  mdns6.setMulticastInterface('::%eth0')
  mdns6.setMulticastTTL(255)
  mdns6.send(message, 5353, 'ff02::fb')
})
if (target) {
  const ssdp = createSocket('udp4')
  ssdp.bind(0, address, () => {
    ssdp.setMulticastInterface(address)
    const lines = ['HOST: 239.255.255.250:1900', 'MAN: "ssdp:discover"', 'MX: 1', `ST: ${target}`]
    ssdp.send(`M-SEARCH * HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 1900, '239.255.255.250')
  })
}
await sleep(1500)
process.exit(0)
