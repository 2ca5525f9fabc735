// A site as its file says: two segments with the same addresses, a certificate of the user's own
// that is replaced while everything runs, a sensor that cannot start.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { generateKeyPairSync, type X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { authorityCertificate, serverCertificate } from '../../src/pki/index.ts'
import { Client, dataFolder, removeFolder, ROOT, SAMPLE, startUp, until } from './platform.ts'

/** A certificate as an organisation's own authority would make it. */
function certificate(name: string) {
  const pair = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const [server, authority] = [pair(), pair()]
  const text = serverCertificate({
    name,
    names: ['localhost'],
    publicKey: server.publicKey,
    authority: { name: 'Organisation', key: authority.privateKey },
    now: Date.now(),
    days: 30,
  })
  const trusted = authorityCertificate({
    name: 'Organisation',
    key: authority.privateKey,
    now: Date.now(),
    days: 30,
  })
  const key = server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { text, key, trusted }
}

/** The name in the certificate that is shown at a port. */
function shownAt(url: string): Promise<string> {
  const port = Number(new URL(url).port)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      const shown = socket.getPeerX509Certificate()
      socket.destroy()
      resolve(/CN=(.*)/.exec((shown as X509Certificate).subject)?.[1] ?? '')
    })
    socket.on('error', reject)
  })
}

test('two cells, an own certificate, a sensor that fails', { timeout: 120_000 }, async (t) => {
  const data = dataFolder()
  const config = join(data, 'site.yaml')
  const [first, second] = [certificate('first'), certificate('second')]
  writeFileSync(join(data, 'own.crt'), first.text)
  writeFileSync(join(data, 'own.key'), first.key, { mode: 0o600 })
  const read = join(ROOT, SAMPLE)
  writeFileSync(
    config,
    `site: plant
certificate: { certificate: own.crt, key: own.key }
networks: [{ prefix: 10.20.0.0/16, segment: behind }]
sensors:
  - { segment: cell-1, read: ${read} }
  - { segment: cell-2, read: ${read} }
  - { id: broken, segment: cell-3, interface: nosuch0 }
`,
  )
  const running = await startUp(data, ['--config', config])
  t.after(async () => {
    await running.stop()
    removeFolder(data)
  })
  assert.equal(await shownAt(running.url), 'first')
  const client = new Client(running, first.trusted)
  await client.setUp()
  const states = async () => {
    const { sensors } = (await client.get('/api/v1/health')).body
    return Object.fromEntries(
      sensors.map(({ id, state }: { [key: string]: string }) => [id, state]),
    )
  }
  await until(async () => {
    const { 'cell-1': one, 'cell-2': two, broken } = await states()
    return one === 'done' && two === 'done' && broken === 'failed'
  }, 60_000)
  const health = (await client.get('/api/v1/health')).body
  assert.equal(health.status, 'degraded')
  assert.match(health.problems.join('\n'), /broken: nosuch0/)
  assert.equal(running.output().match(/broken: nosuch0/g)?.length, 1, 'said once')

  const { segment } = (await client.get('/api/v1/devices/facets')).body
  const counts = new Map(
    segment.map((one: { value: string; devices: number }) => [one.value, one.devices]),
  )
  assert.equal(counts.get('cell-1'), counts.get('cell-2'))
  assert.equal(counts.get('behind'), 2, 'one behind the router of each cell')

  writeFileSync(join(data, 'own.key'), second.key)
  writeFileSync(join(data, 'own.crt'), second.text)
  await until(async () => (await shownAt(running.url)) === 'second', 30_000)
})
