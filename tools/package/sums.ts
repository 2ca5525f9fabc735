// What proves a release: SHA256SUMS as sha256sum(1) reads it, and an Ed25519 signature (RFC 8032)
// of exactly those bytes, which OpenSSL verifies without us.
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const CHUNK_BYTES = 1 << 20

/** Writes `SHA256SUMS`, and with a PEM key (PKCS 8) `SHA256SUMS.sig`; answers what was written. */
export function writeSums(out: string, files: readonly string[], key?: string): string[] {
  const lines = files.toSorted().map((path) => `${sha256(path)}  ${basename(path)}\n`)
  const sums = join(out, 'SHA256SUMS')
  writeFileSync(sums, lines.join(''))
  if (key === undefined) return [sums]
  const signature = `${sums}.sig`
  writeFileSync(signature, sign(null, readFileSync(sums), createPrivateKey(key)))
  return [sums, signature]
}

/** Names what is wrong with a folder of release files; empty when all is as it was signed. */
export function checkSums(folder: string, publicKey: string): string[] {
  const sums = readFileSync(join(folder, 'SHA256SUMS'))
  const signature = readFileSync(join(folder, 'SHA256SUMS.sig'))
  if (!verify(null, sums, createPublicKey(publicKey), signature)) {
    return ['SHA256SUMS: the signature does not fit']
  }
  const lines = sums.toString('utf8').trimEnd().split('\n')
  return lines.flatMap((line) => {
    const [hash, name] = line.split('  ')
    return sha256(join(folder, basename(name))) === hash ? [] : [`${name}: not what was signed`]
  })
}

function sha256(path: string): string {
  const hash = createHash('sha256')
  const chunk = Buffer.alloc(CHUNK_BYTES)
  const file = openSync(path, 'r')
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      hash.update(chunk.subarray(0, read))
    }
  } finally {
    closeSync(file)
  }
  return hash.digest('hex')
}
