// A bot that reports to its command-and-control server: asks for the name, connects, sends two
// bytes, closes, waits. The wait can vary by a share of itself.
// usage: beacon.ts NAME PORT COUNT SECONDS [SHARE]

import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const [name, port, count, seconds, share] = process.argv.slice(2)
let seed = 20_220_902
const random = (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed / 2 ** 32
}

for (let at = 0; at < Number(count); at++) {
  const { address } = await lookup(name, { family: 4 })
  const socket = connect(Number(port), address)
  socket.on('error', () => {})
  socket.on('data', () => socket.end())
  socket.write(at === 0 ? Buffer.from([0, 0, 0, 1]) : Buffer.from([0, 0]))
  await sleep(Number(seconds) * 1000 * (1 + Number(share ?? 0) * (random() * 2 - 1)))
  socket.destroy()
}
