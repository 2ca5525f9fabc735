// A telnet client that tries user:password pairs until one opens, then types lines: a person who
// knows the password gives one pair, a bot gives its list. The list is fixed and short.
// usage: telnet.ts ADDRESS USER:PASSWORD[,USER:PASSWORD...] [LINE...]

import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const [address, pairs, ...lines] = process.argv.slice(2)

/** Refuses every option (RFC 854) and answers the text between the commands. */
function text(socket: Socket, bytes: Buffer): string {
  let out = ''
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== 255) {
      out += String.fromCharCode(bytes[at])
      continue
    }
    const command = bytes[at + 1]
    if (command === 250) {
      const end = bytes.indexOf(240, at)
      at = end < 0 ? bytes.length : end
      continue
    }
    if (command === 253 || command === 254) socket.write(Buffer.from([255, 252, bytes[at + 2]]))
    if (command === 251 || command === 252) socket.write(Buffer.from([255, 254, bytes[at + 2]]))
    at += 2
  }
  return out
}

async function attempt(user: string, password: string): Promise<boolean> {
  const socket = connect(23, address)
  let heard = ''
  socket.on('error', () => {})
  socket.on('data', (bytes) => {
    heard += text(socket, bytes)
  })
  const until = async (...marks: string[]): Promise<void> => {
    for (let waited = 0; waited < 5000 && !socket.closed; waited += 50) {
      if (marks.some((mark) => heard.includes(mark))) break
      await sleep(50)
    }
  }
  await Promise.race([once(socket, 'connect'), sleep(2000)])
  await until('login:')
  heard = ''
  socket.write(`${user}\r\n`)
  await until('assword:')
  heard = ''
  socket.write(`${password}\r\n`)
  await until('# ', 'incorrect')
  const isOpen = heard.includes('# ')
  for (const line of isOpen ? lines : []) {
    heard = ''
    socket.write(`${line}\r\n`)
    await until('# ')
  }
  socket.destroySoon()
  return isOpen
}

for (const pair of pairs.split(',')) {
  const [user, password] = pair.split(':')
  const isOpen = await attempt(user, password)
  console.log(address, pair, isOpen ? 'open' : 'refused')
  if (isOpen) break
}
