// Our own authority and server certificate as files in one folder: made at the first start, the
// server's renewed before it runs out or when it has to carry other names.
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  X509Certificate,
} from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { writeDurably } from '../core/durable-file.ts'
import { authorityCertificate, serverCertificate } from './certificate.ts'

const AUTHORITY_DAYS = 3650
/** Browsers refuse more than 398. */
const SERVER_DAYS = 397
const RENEW_DAYS = 30
const DAY_MS = 86_400_000

/** PEM texts, ready for node:tls; `authority` is what people may choose to trust. */
export interface ServerIdentity {
  readonly key: string
  /** The server's certificate; no chain is needed below an authority. */
  readonly certificate: string
  readonly authority: string
}

/**
 * What a server of these names shows. `folder` is made with mode 0700, keys lie in it with 0600.
 * `now` in milliseconds. Throws what the file system throws.
 */
export function serverIdentity(
  folder: string,
  names: readonly string[],
  now: number,
): ServerIdentity {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const authority = ownAuthority(folder, now)
  const key = keyIn(join(folder, 'server.key'))
  const path = join(folder, 'server.crt')
  const present = existsSync(path) ? readFileSync(path, 'utf8') : undefined
  if (present === undefined || !isGood(present, { names, key, authority, now })) {
    const text = serverCertificate({
      name: names[0],
      names,
      publicKey: createPublicKey(key),
      authority: { name: authority.name, key: authority.key },
      now,
      days: SERVER_DAYS,
    })
    writeDurably(path, text)
  }
  return {
    key: pemOf(key),
    certificate: readFileSync(path, 'utf8'),
    authority: authority.certificate,
  }
}

interface OwnAuthority {
  readonly name: string
  readonly key: KeyObject
  readonly certificate: string
}

function ownAuthority(folder: string, now: number): OwnAuthority {
  const key = keyIn(join(folder, 'authority.key'))
  const path = join(folder, 'authority.crt')
  if (!existsSync(path)) {
    const print = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-4)
    const name = `Thingward ${print.toString('hex')}`
    writeDurably(path, authorityCertificate({ name, key, now, days: AUTHORITY_DAYS }))
  }
  const certificate = readFileSync(path, 'utf8')
  const name = /CN=(.*)/.exec(new X509Certificate(certificate).subject)?.[1] ?? ''
  return { name, key, certificate }
}

interface Wanted {
  readonly names: readonly string[]
  readonly key: KeyObject
  readonly authority: OwnAuthority
  readonly now: number
}

function isGood(text: string, { names, key, authority, now }: Wanted): boolean {
  const certificate = new X509Certificate(text)
  const isNamed = (name: string) =>
    (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined
  return (
    certificate.checkPrivateKey(key) &&
    certificate.verify(createPublicKey(authority.key)) &&
    Date.parse(certificate.validTo) - now > RENEW_DAYS * DAY_MS &&
    Date.parse(certificate.validFrom) <= now &&
    names.every(isNamed)
  )
}

/** The key in a file; a new one where there is none. */
function keyIn(path: string): KeyObject {
  if (existsSync(path)) return createPrivateKey(readFileSync(path))
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  writeDurably(path, pemOf(privateKey))
  return privateKey
}

const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString()
