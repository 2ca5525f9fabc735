// Verifies an export file offline: reads it line by line, bounded, and says what holds.
import { createReadStream } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { OperatingError } from '../core/errors.ts'
import { EVIDENCE_LIMITS } from './limits.ts'
import { isZip } from './pack/zip.ts'
import { verifyPack, type PackVerification } from './pack/verify-pack.ts'
import { readHeader, Verifier, type Verification, type VerifyOptions } from './verifier.ts'

/**
 * What holds of the export in `path`; `broken` names the first entry that does not, and why.
 * Rejects with OperatingError `evidence-unreadable` when it is no export at all.
 */
export async function verifyEvidence(
  path: string,
  options: VerifyOptions = {},
): Promise<Verification> {
  let verifier: Verifier | undefined
  let isWhole = true
  for await (const { text, isEnded } of linesOf(path)) {
    isWhole = isEnded
    if (!verifier) {
      const header = readHeader(text)
      if (!header) throw new OperatingError('evidence-unreadable', `${path} is no evidence export`)
      verifier = new Verifier(header, options)
    } else if (isEnded && !verifier.line(text)) {
      break
    }
  }
  if (!verifier) throw new OperatingError('evidence-unreadable', `${path} is empty`)
  return verifier.finish(isWhole)
}

/** The largest file that may be a pack; what is larger is not read into memory. */
const PACK_BYTES_MAX = 256 * 1024 * 1024

/**
 * What holds of the evidence pack in `path`; undefined when it is no ZIP file, but perhaps an
 * export. Rejects with OperatingError `evidence-unreadable`.
 */
export async function verifyEvidencePack(
  path: string,
  key?: string,
): Promise<PackVerification | undefined> {
  const file = await open(path).catch((cause: Error) => {
    const text = `cannot read the pack: ${cause.message}`
    throw new OperatingError('evidence-unreadable', text, { cause })
  })
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
    if (bytesRead < 4 || !isZip(buffer)) return undefined
    const { size } = await file.stat()
    const bytes = size <= PACK_BYTES_MAX ? await readFile(path) : undefined
    const result = bytes && verifyPack(bytes, key)
    if (result) return result
  } finally {
    await file.close()
  }
  throw new OperatingError('evidence-unreadable', `${path} is no evidence pack, or a spoilt one`)
}

interface Line {
  readonly text: string
  /** False for what follows the last line end. */
  readonly isEnded: boolean
}

/** Lines of UTF-8; one that is too long is cut there, which no entry survives. */
async function* linesOf(path: string): AsyncGenerator<Line> {
  let rest = ''
  const most = EVIDENCE_LIMITS.line.value
  try {
    for await (const chunk of createReadStream(path, { encoding: 'utf8' })) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop()!
      for (const text of lines) yield { text, isEnded: true }
      if (rest.length > most) {
        yield { text: rest.slice(0, most), isEnded: true }
        rest = ''
      }
    }
  } catch (cause) {
    const { message } = cause as Error
    throw new OperatingError('evidence-unreadable', `cannot read the export: ${message}`, { cause })
  }
  if (rest !== '') yield { text: rest, isEnded: false }
}
