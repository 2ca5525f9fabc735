// The data folder: ours alone, and used by one platform at a time. The lock is a socket: it goes
// with the process that held it, however that ended.
import { once } from 'node:events'
import { chmodSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { OperatingError } from '../../core/errors.ts'

/** sun_path of unix(7) holds 108 bytes, the last one zero. */
const PATH_MAX = 107

/** Makes the folder (0700) and holds it until `release`. Throws OperatingError 'data-folder'. */
export async function holdFolder(path: string): Promise<{ release(): void }> {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    if (statSync(path).uid === process.getuid?.()) chmodSync(path, 0o700)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new OperatingError('data-folder', `${path} cannot be made or used (${code})`, { cause })
  }
  const socket = join(path, 'up.sock')
  if (Buffer.byteLength(socket) > PATH_MAX) {
    const text = `${path} is too long a name for a data folder: take a shorter one with --data`
    throw new OperatingError('data-folder', text)
  }
  if (await isAnswered(socket)) {
    throw new OperatingError('data-folder', `another Thingward is running on ${path}`)
  }
  rmSync(socket, { force: true })
  const server = await listening(socket)
  return {
    release: () => {
      server.close()
      rmSync(socket, { force: true })
    },
  }
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

async function listening(path: string): Promise<Server> {
  const server = createServer((socket) => socket.end())
  server.listen(path)
  await once(server, 'listening')
  server.unref()
  return server
}
