// The signer process: alone with the key, it listens on a socket in its folder and signs what
// grows. Started by the supervisor: `node process.ts FOLDER`; it ends with its parent.
import { chmodSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { EXIT, OperatingError } from '../../core/errors.ts'
import { CheckpointSigner } from './signer.ts'
import { socketPath } from './socket-signer.ts'
import { LineCutter, readRequest, type SignerAnswer, type SignerRequest } from './wire.ts'

function answer(signer: CheckpointSigner, request: SignerRequest): SignerAnswer {
  const { id } = request
  try {
    return { id, result: request.kind === 'state' ? signer.state() : signer.sign(request) }
  } catch (cause) {
    if (!(cause instanceof OperatingError)) throw cause
    return { id, error: { code: cause.code, text: cause.message } }
  }
}

function attend(signer: CheckpointSigner, socket: Socket): void {
  const cutter = new LineCutter()
  socket.setEncoding('utf8')
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: string) => {
    try {
      for (const line of cutter.lines(chunk)) {
        const request = readRequest(line)
        if (!request) return socket.destroy()
        socket.write(`${JSON.stringify(answer(signer, request))}\n`)
      }
    } catch (cause) {
      if (!(cause instanceof OperatingError)) throw cause
      socket.destroy()
    }
  })
}

/** Whether a signer already answers there; a socket left by a crash answers nobody. */
const isAlive = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = connect(path)
    probe.once('connect', () => resolve(true)).once('error', () => resolve(false))
    probe.once('close', () => resolve(false))
    probe.once('connect', () => probe.destroy())
  })

async function listen(server: Server, path: string): Promise<void> {
  if (await isAlive(path)) {
    throw new OperatingError('signer-running', `a signer is running already at ${path}`)
  }
  rmSync(path, { force: true })
  process.umask(0o177)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, resolve)
  })
  chmodSync(path, 0o600)
}

async function main(directory: string): Promise<void> {
  process.title = 'thingward signer'
  process.umask(0o077)
  const signer = new CheckpointSigner({ directory, clock: () => Date.now() * 1000 })
  const path = socketPath(directory)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    attend(signer, socket)
  })
  await listen(server, path)
  const stop = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
    if (process.connected) process.disconnect()
  }
  process.once('SIGINT', stop).once('SIGTERM', stop).once('disconnect', stop)
  process.send?.({ kind: 'ready' })
}

try {
  await main(process.argv[2])
} catch (cause) {
  if (!(cause instanceof OperatingError)) throw cause
  process.stderr.write(`thingward signer: ${cause.message}\n`)
  process.exitCode = EXIT.setup
  process.disconnect?.()
}
