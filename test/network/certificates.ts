// Makes the certificates of one run with OpenSSL: a web authority, a device authority for mutual
// TLS, server certificates per domain, and the recorder's own expired one.

import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
export const domains = ['acmecloud', 'tvcloud', 'doorline', 'news', 'evil']

type Signed = { name: string; subject: string; issuer: string; extension: string }

/** Answers the folder: web-ca, device-ca, one per domain, sensor, recorder; .crt and .key. */
export function makeCertificates(directory: string): string {
  const folder = join(directory, 'certificates')
  mkdirSync(folder, { recursive: true })
  const openssl = (...words: string[]): void => {
    execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  }
  const authority = (name: string, subject: string): void => {
    const files = ['-keyout', `${name}.key`, '-out', `${name}.crt`]
    openssl('req', '-x509', ...key, '-days', '3650', '-subj', subject, ...files)
  }
  const signed = ({ name, subject, issuer, extension }: Signed): void => {
    openssl('req', ...key, '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.csr`)
    writeFileSync(join(folder, `${name}.ext`), extension)
    const by = ['-CA', `${issuer}.crt`, '-CAkey', `${issuer}.key`, '-CAcreateserial']
    const files = ['-in', `${name}.csr`, '-out', `${name}.crt`, '-extfile', `${name}.ext`]
    openssl('x509', '-req', '-days', '397', ...by, ...files)
  }
  authority('web-ca', '/C=CH/O=Alpine Trust Services/CN=Alpine Trust TLS CA 3')
  authority('device-ca', '/C=DE/O=Acme Sensors GmbH/CN=Acme Device CA')
  for (const domain of domains) {
    const names = `subjectAltName=DNS:${domain}.test,DNS:*.${domain}.test\n`
    const extension = `${names}extendedKeyUsage=serverAuth\n`
    signed({ name: domain, subject: `/CN=*.${domain}.test`, issuer: 'web-ca', extension })
  }
  const device = '/O=Acme Sensors GmbH/serialNumber=240AC4100003/CN=climate-240ac4100003'
  const extension = 'extendedKeyUsage=clientAuth\n'
  signed({ name: 'sensor', subject: device, issuer: 'device-ca', extension })
  makeExpired(folder, openssl)
  return folder
}

/** `openssl ca` is the one command that takes a start and an end date. */
function makeExpired(folder: string, openssl: (...words: string[]) => void): void {
  writeFileSync(join(folder, 'index.txt'), '')
  writeFileSync(
    join(folder, 'ca.conf'),
    `[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nnew_certs_dir=.\nrand_serial=yes
default_md=sha256\npolicy=any\n[any]\ncommonName=supplied\norganizationName=optional
countryName=optional\n`,
  )
  const rsa = ['-newkey', 'rsa:2048', '-nodes', '-keyout', 'recorder.key', '-out', 'recorder.csr']
  openssl('req', ...rsa, '-subj', '/C=CN/O=General Recorder/CN=NVR 192.168.1.108')
  const dates = ['-startdate', '20140301000000Z', '-enddate', '20240226000000Z']
  const files = ['-in', 'recorder.csr', '-out', 'recorder.crt', '-keyfile', 'recorder.key']
  openssl('ca', '-batch', '-notext', '-selfsign', '-config', 'ca.conf', ...dates, ...files)
}
