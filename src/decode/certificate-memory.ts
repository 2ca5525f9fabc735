// The certificates read lately. A server shows the same one at every connection; reading it costs a
// hundred times what comparing its bytes does.
import { word } from '../core/addresses.ts'
import { readCertificate, type Certificate } from './certificate.ts'

interface Remembered {
  readonly bytes: Buffer
  readonly certificate: Certificate
}

/** A bounded memory by the end of the signature, which differs between any two certificates. */
export class CertificateMemory {
  private readonly entries = new Map<number, Remembered>()
  private readonly capacity: number

  constructor(capacity: number) {
    this.capacity = capacity
  }

  /** As readCertificate; the same object for the same bytes. */
  read(bytes: Buffer, start: number, end: number): Certificate | undefined {
    if (end - start < 64) return readCertificate(bytes, start, end)
    const key = word(bytes, end - 4) ^ Math.imul(word(bytes, end - 12), 31) ^ (end - start)
    const known = this.entries.get(key)
    if (known && bytes.compare(known.bytes, 0, known.bytes.length, start, end) === 0) {
      return known.certificate
    }
    const certificate = readCertificate(bytes, start, end)
    if (certificate) {
      if (this.entries.size >= this.capacity) this.entries.clear()
      this.entries.set(key, { bytes: Buffer.from(bytes.subarray(start, end)), certificate })
    }
    return certificate
  }
}
