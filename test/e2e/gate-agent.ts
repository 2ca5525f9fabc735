// Runs inside a namespace of the gate's tests: serves echoes, connects, keeps one flow going. Takes
// and answers JSON lines.
import { createSocket } from 'node:dgram'
import { connect, createServer } from 'node:net'
import { createInterface } from 'node:readline'

interface Order {
  readonly id: number
  readonly act: 'listen' | 'tcp' | 'udp' | 'hold' | 'quiet'
  readonly host?: string
  readonly port?: number
}

const WAIT_MS = 1500
const HOLD_EVERY_MS = 20
let lastEcho = 0

/** Echoes on TCP and UDP, IPv4 and IPv6. */
function listen(port: number): Promise<string> {
  const udp = createSocket({ type: 'udp6', ipv6Only: false })
  udp.on('message', (message, from) => udp.send(message, from.port, from.address))
  udp.bind(port)
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.pipe(socket)
  })
  return new Promise((resolve) => server.listen(port, '::', () => resolve('listening')))
}

/** 'passed' when an echo came back. */
function tcp(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (answer: string) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(WAIT_MS, () => end('nothing'))
    socket.on('error', ({ message }) => end(`refused ${message}`))
    socket.on('data', () => end('passed'))
    socket.write('x')
  })
}

function udp(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
    const end = (answer: string) => {
      clearTimeout(timer)
      socket.close()
      resolve(answer)
    }
    const timer = setTimeout(() => end('nothing'), WAIT_MS)
    socket.on('error', () => end('nothing'))
    socket.on('message', () => end('passed'))
    socket.send('x', port, host)
  })
}

/** A flow that goes on; `quiet` asks for how long no echo came. */
function hold(host: string, port: number): Promise<string> {
  const socket = connect({ host, port })
  const timer = setInterval(() => socket.write('x'), HOLD_EVERY_MS)
  socket.on('error', () => clearInterval(timer))
  return new Promise((resolve) => {
    socket.on('data', () => {
      lastEcho = Date.now()
      resolve('held')
    })
    setTimeout(() => resolve('nothing'), WAIT_MS)
  })
}

function answer({ act, host = '', port = 0 }: Order): Promise<string> {
  if (act === 'listen') return listen(port)
  if (act === 'tcp') return tcp(host, port)
  if (act === 'udp') return udp(host, port)
  if (act === 'hold') return hold(host, port)
  return Promise.resolve(`${Date.now() - lastEcho}`)
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const order = JSON.parse(line) as Order
  void answer(order).then((text) => process.stdout.write(`${JSON.stringify([order.id, text])}\n`))
})
process.stdin.on('end', () => process.exit())
