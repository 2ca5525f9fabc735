// A printer's own pages: web (80), IPP (631, answers every request with an empty success) and raw
// printing (9100, swallows the job).

import { createServer as createWeb } from 'node:http'
import { createServer } from 'node:net'

for (const port of [80, 631]) {
  createWeb((request, response) => {
    request.resume()
    request.on('end', () => {
      response.setHeader('Server', 'HP HTTP Server; HP LaserJet 400 M401dn - CF278A')
      if (request.method === 'POST') {
        response.setHeader('Content-Type', 'application/ipp')
        response.end(Buffer.from([1, 1, 0, 0, 0, 0, 0, 1, 3]))
      } else response.end('<html><title>HP LaserJet 400 M401dn</title></html>')
    })
  }).listen(port)
}
createServer((socket) => {
  socket.on('data', () => {})
  socket.on('error', () => socket.destroy())
}).listen(9100)
