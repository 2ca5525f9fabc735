// The built application in memory, packed once, with the headers that keep it safe: whoever serves
// HTTP asks for a path and sends what comes back.
import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/** What to send: status 200, these headers, this body. */
export interface ConsoleAnswer {
  /** Lower-case names, ready for an HTTP server; length and encoding included. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** The application's files by path. */
export interface ConsoleFiles {
  /**
   * The answer for a GET of `path` (as in the URL, without query). A path without a file extension
   * gets the page itself, as the screens have addresses of their own; undefined: no such file.
   */
  answer(path: string, acceptEncoding?: string): ConsoleAnswer | undefined
}

const CONTENT_TYPES: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
}

/** Nothing from elsewhere, nothing inline; `data:` not even for pictures. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const PAGE_HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'no-cache',
}

interface Packed {
  readonly headers: Readonly<Record<string, string>>
  readonly bodies: { readonly br: Buffer; readonly gzip: Buffer; readonly identity: Buffer }
}

/** Reads and packs all files below `folder` (what `buildConsole` gave). */
export async function openConsole(folder: string): Promise<ConsoleFiles> {
  const names = globSync('**/*.*', { cwd: folder }).toSorted()
  const packed = new Map<string, Packed>(
    await Promise.all(names.map(async (name) => [`/${name}`, await pack(folder, name)] as const)),
  )
  const page = packed.get('/index.html')
  if (!page) throw new Error(`${folder} holds no index.html: build the console first`)
  return {
    answer(path, acceptEncoding = '') {
      const found = packed.get(path) ?? (extname(path) === '' ? page : undefined)
      return found && chosen(found, acceptEncoding)
    },
  }
}

async function pack(folder: string, name: string): Promise<Packed> {
  const identity = await readFile(join(folder, name))
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 }
  const br = await promisify(brotliCompress)(identity, { params })
  const headers = {
    'content-type': CONTENT_TYPES[extname(name)] ?? 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    vary: 'accept-encoding',
    // Names under assets/ carry a hash of their content.
    ...(name.startsWith('assets/')
      ? { 'cache-control': 'public, max-age=31536000, immutable' }
      : PAGE_HEADERS),
  }
  return { headers, bodies: { br, gzip: await promisify(gzip)(identity), identity } }
}

function chosen({ headers, bodies }: Packed, acceptEncoding: string): ConsoleAnswer {
  const accepted = acceptEncoding.split(',').map((part) => part.trim().split(';')[0])
  const encoding = (['br', 'gzip'] as const).find((name) => accepted.includes(name)) ?? 'identity'
  const body = bodies[encoding]
  return {
    headers: {
      ...headers,
      ...(encoding !== 'identity' && { 'content-encoding': encoding }),
      'content-length': String(body.length),
    },
    body,
  }
}
