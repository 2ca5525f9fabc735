// x509.log is read before all else: since Zeek 5 a certificate is logged once a day, long before
// the connections that show it again. ssl.log names certificates by fingerprint, older ones by file
// id.
import { isoTime } from '../../core/clock.ts'
import { LIMITS } from '../../core/limits.ts'
import { clip } from '../../decode/index.ts'
import { commonName } from '../logs/banner-texts.ts'
import type { ZeekRow } from './row.ts'

const NAMES_MAX = 32

/** One certificate of a chain as Transactions carry it. */
export type CertificateSaid = {
  readonly subject: string
  readonly issuer: string
  readonly commonName: string
  readonly serial: string
  readonly notBefore: string
  readonly notAfter: string
  readonly sha256: string
  readonly names: readonly string[]
  readonly selfSigned: boolean
  readonly keyType: string
  readonly keyBits?: number
  readonly signature?: string
}

export class Certificates {
  /** Certificates that were forgotten for newer ones. */
  evicted = 0
  private readonly byId = new Map<string, CertificateSaid>()

  get(id: string): CertificateSaid | undefined {
    return this.byId.get(id)
  }

  /** What ssl.log itself says of a certificate, when x509.log is not there. */
  fromNames(subject: string, issuer: string): CertificateSaid[] {
    if (subject === '') return []
    return [
      {
        subject: clip(subject),
        issuer: clip(issuer),
        commonName: commonName(subject),
        serial: '',
        notBefore: '',
        notAfter: '',
        sha256: '',
        names: [],
        selfSigned: subject === issuer,
        keyType: '',
      },
    ]
  }

  /** Takes one line of x509.log. */
  learn(row: ZeekRow): void {
    const fingerprint = row.text('fingerprint')
    const id = fingerprint || row.text('id')
    if (id === '') return
    if (this.byId.size >= LIMITS.logCertificates.value) {
      this.byId.delete(this.byId.keys().next().value!)
      this.evicted++
    }
    this.byId.set(id, certificateOf(row, /^[0-9a-f]{64}$/i.test(fingerprint) ? fingerprint : ''))
  }
}

function certificateOf(row: ZeekRow, sha256: string): CertificateSaid {
  const subject = clip(row.text('certificate.subject'))
  const issuer = clip(row.text('certificate.issuer'))
  const bits = row.number('certificate.key_length')
  return {
    subject,
    issuer,
    commonName: commonName(subject),
    serial: clip(row.text('certificate.serial').toLowerCase(), 64),
    notBefore: dateText(row.time('certificate.not_valid_before')),
    notAfter: dateText(row.time('certificate.not_valid_after')),
    sha256: sha256.toLowerCase(),
    names: row
      .list('san.dns')
      .slice(0, NAMES_MAX)
      .map((name) => clip(name.toLowerCase())),
    selfSigned: subject !== '' && subject === issuer,
    keyType: clip(row.text('certificate.key_type'), 32),
    keyBits: Number.isFinite(bits) ? bits : undefined,
    signature: clip(row.text('certificate.sig_alg'), 64),
  }
}

const dateText = (time: number) => (Number.isNaN(time) ? '' : isoTime(time).slice(0, 19) + 'Z')
