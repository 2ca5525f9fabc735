// Imports over the API: the three-way preview writes nothing; apply takes over what was looked at,
// on record, and refuses when things have changed since.
import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { DeviceAdmission } from '../store/index.ts'
import { deviceOf, START, told, uses } from '../store/rehearse.ts'
import { rehearseApi } from '../../test/e2e/api.ts'
import { ImportApplied, ImportPreview, Problem } from './contract/index.ts'

const CSV =
  'name,mac,ip,vendor,type,owner\n' +
  'cam-hall,00:40:8c:00:00:01,10.0.0.1,Axis,camera,Ada\n' +
  'lamp,00:17:88:00:00:02,10.0.0.99,Signify,light,Bob\n' +
  'ghost,00:00:5e:00:53:01,,,,Cy\n'

async function withDevices(t: TestContext) {
  const api = await rehearseApi()
  t.after(api.close)
  const list = [
    deviceOf('d1', { macs: ['00:40:8c:00:00:01'], addresses: uses('10.0.0.1') }),
    deviceOf('d2', {
      macs: ['00:17:88:00:00:02'],
      addresses: uses('10.0.0.2'),
      attributes: { manufacturer: told('Philips'), hostname: told('lamp') },
    }),
    deviceOf('d3', { macs: ['00:00:5e:00:53:77'] }),
  ]
  const sighting = {
    site: 'here',
    segment: 'lan',
    actor: 'sensor:lan',
    source: 'test',
    run: 'run 1',
    observed: START,
  }
  const admission = new DeviceAdmission()
  await api.parts.store.change((change) => admission.admit(change, sighting, list))
  const headers = await api.token('operator')
  const post = (what: string, payload: object, as = headers) =>
    api.app.inject({ method: 'POST', url: `/api/v1/imports/${what}`, headers: as, payload })
  return { ...api, post }
}

const FILES = [{ name: 'list.csv', text: CSV }]

test('a preview: both but differing, only documented, only observed; no write', async (t) => {
  const { post, parts } = await withDevices(t)
  const answer = await post('preview', { files: FILES })
  assert.equal(answer.statusCode, 200, answer.body)
  const preview = ImportPreview.parse(answer.json())
  assert.deepEqual(preview.counts, {
    matched: 2,
    differing: 1,
    documentedOnly: 1,
    observedOnly: 1,
    doubts: 0,
    changes: 2,
  })
  assert.deepEqual(preview.differing[0].fields, [
    { field: 'address', documented: '10.0.0.99', observed: '10.0.0.2' },
  ])
  assert.deepEqual(
    preview.changes.map(({ field, before, after }) => [field, before, after]),
    [
      ['owner', '', 'Ada'],
      ['owner', '', 'Bob'],
    ],
  )
  const { items } = await parts.devices.list({ limit: 10 })
  assert.ok(items.every(({ owner }) => owner === ''))
})

test('apply takes over what was looked at, once', async (t) => {
  const { post, parts } = await withDevices(t)
  const fields = ['owner', 'name']
  const { digest } = ImportPreview.parse((await post('preview', { files: FILES, fields })).json())
  const stale = await post('apply', { files: FILES, fields, digest: 'another' })
  assert.deepEqual([stale.statusCode, Problem.parse(stale.json()).code], [409, 'changed'])
  const done = await post('apply', { files: FILES, fields, digest })
  assert.deepEqual(ImportApplied.parse(done.json()), { applied: 4, left: 0 })
  const { items } = await parts.devices.list({ limit: 10, sort: 'name' })
  assert.deepEqual(
    items.filter(({ owner }) => owner !== '').map(({ name, owner }) => [name, owner]),
    [
      ['cam-hall', 'Ada'],
      ['lamp', 'Bob'],
    ],
  )
  assert.equal((await post('apply', { files: FILES, fields, digest })).statusCode, 409)
})

test('lists that cannot be used are refused with their reason', async (t) => {
  const { post, token } = await withDevices(t)
  const bad = await post('preview', { files: [{ name: 'x.csv', text: 'colour\nred\n' }] })
  assert.deepEqual([bad.statusCode, Problem.parse(bad.json()).code], [400, 'no-columns'])
  const mapped = await post('preview', { files: FILES, map: { colour: 'x' } })
  assert.equal(Problem.parse(mapped.json()).code, 'bad-mapping')
  const huge = await post('preview', { files: [{ name: 'x', text: 'a'.repeat(8_000_001) }] })
  assert.equal(huge.statusCode, 400)
  const auditor = await post('preview', { files: FILES }, await token('auditor'))
  assert.equal(auditor.statusCode, 403)
})
