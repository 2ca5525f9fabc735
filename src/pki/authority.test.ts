// The authority's certificates as others read them: node's own TLS, and openssl where it is.
import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import { serverIdentity } from './authority.ts'

const NAMES = ['localhost', 'things.example', '127.0.0.1', '::1', '2001:db8::7']
const DAY = 86_400_000

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'thingward-pki-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

test('who trusts the authority trusts the server, by each of its names', async (t) => {
  const identity = serverIdentity(folderOf(t), NAMES, Date.now())
  const server = createServer({ key: identity.key, cert: identity.certificate }, (s) => s.end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const open = (servername: string, ca?: string) =>
    connect({ host: '127.0.0.1', port, servername, ...(ca && { ca }) })
  for (const name of ['localhost', 'things.example']) {
    const socket = open(name, identity.authority)
    await once(socket, 'secureConnect')
    assert.equal(socket.authorized, true)
    socket.destroy()
  }
  const [error] = (await once(open('other.example', identity.authority), 'error')) as [Error]
  assert.match(error.message, /does not match/)
  const [untrusted] = (await once(open('localhost'), 'error')) as [NodeJS.ErrnoException]
  assert.equal(untrusted.code, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE')
})

test('names and addresses stand in the certificate', (t) => {
  const { certificate } = serverIdentity(folderOf(t), NAMES, Date.now())
  const read = new X509Certificate(certificate)
  assert.equal(read.ca, false)
  for (const address of ['127.0.0.1', '::1', '2001:db8::7']) assert.ok(read.checkIP(address))
  assert.equal(read.checkIP('2001:db8::8'), undefined)
  assert.deepEqual(read.keyUsage, ['1.3.6.1.5.5.7.3.1'])
})

test('it is kept, and made again before it runs out or for other names', (t) => {
  const folder = folderOf(t)
  const now = Date.now()
  const first = serverIdentity(folder, NAMES, now)
  assert.deepEqual(serverIdentity(folder, NAMES, now + DAY), first)
  const later = serverIdentity(folder, NAMES, now + 370 * DAY)
  assert.notEqual(later.certificate, first.certificate)
  assert.equal(later.authority, first.authority)
  const renamed = serverIdentity(folder, [...NAMES, 'more.example'], now + 370 * DAY)
  assert.ok(new X509Certificate(renamed.certificate).checkHost('more.example'))
  assert.equal(statSync(join(folder, 'authority.key')).mode & 0o777, 0o600)
  assert.equal(statSync(folder).mode & 0o777, 0o700)
})

test('openssl accepts it, strictly', (t) => {
  const folder = folderOf(t)
  serverIdentity(folder, NAMES, Date.now())
  const verify = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile']
  const files = [join(folder, 'authority.crt'), join(folder, 'server.crt')]
  const run = spawnSync('openssl', [...verify, ...files], { encoding: 'utf8' })
  if (run.error) return t.skip('openssl is not installed')
  assert.equal(run.status, 0, run.stderr)
  assert.match(readFileSync(files[0], 'utf8'), /^-----BEGIN CERTIFICATE-----/)
})
