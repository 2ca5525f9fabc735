// A UPnP media renderer: announces itself (ssdp:alive), answers M-SEARCH, serves its description.
// usage: upnp.ts ADDRESS NAME

import { createSocket } from 'node:dgram'
import { createServer } from 'node:http'

const [address, name] = process.argv.slice(2)
const identifier = 'uuid:0d1cef00-0001-1000-8000-8c79f5100006'
const kind = 'urn:schemas-upnp-org:device:MediaRenderer:1'
const targets = ['upnp:rootdevice', identifier, kind]
const description = `<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>0</minor>
</specVersion><device><deviceType>${kind}</deviceType><friendlyName>${name}</friendlyName>
<manufacturer>Samsung Electronics</manufacturer><modelName>UN55</modelName>
<modelNumber>AllShare1.0</modelNumber><UDN>${identifier}</UDN></device></root>
`
createServer((_, response) => {
  response.setHeader('Server', 'SHP, UPnP/1.0, Samsung UPnP SDK/1.0')
  response.setHeader('Content-Type', 'text/xml').end(description)
}).listen(8060)

function about(target: string): string {
  const unique = target === identifier ? identifier : `${identifier}::${target}`
  return [
    'CACHE-CONTROL: max-age=1800',
    `LOCATION: http://${address}:8060/dd.xml`,
    'SERVER: SHP, UPnP/1.0, Samsung UPnP SDK/1.0',
    `USN: ${unique}`,
    '\r\n',
  ].join('\r\n')
}

const socket = createSocket({ type: 'udp4', reuseAddr: true })
const announce = (): void => {
  for (const target of targets) {
    const head = `NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNT: ${target}\r\n`
    socket.send(`${head}NTS: ssdp:alive\r\n${about(target)}`, 1900, '239.255.255.250')
  }
}
socket.on('message', (message, from) => {
  const text = message.toString('latin1')
  const wanted = /^ST: *(\S+)/im.exec(text)?.[1] ?? ''
  if (!text.startsWith('M-SEARCH')) return
  for (const target of targets.filter((one) => wanted === 'ssdp:all' || wanted === one)) {
    socket.send(
      `HTTP/1.1 200 OK\r\nST: ${target}\r\nEXT:\r\n${about(target)}`,
      from.port,
      from.address,
    )
  }
})
socket.bind(1900, () => {
  socket.addMembership('239.255.255.250', address)
  socket.setMulticastInterface(address)
  socket.setMulticastTTL(2)
  announce()
  setInterval(announce, 60_000)
})
