// `thingward import` as a person uses it: a list against a capture, nothing written without
// --apply, the register afterwards.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import type { importDocument, supportDocument } from '../../src/report/index.ts'

const ROOT = join(import.meta.dirname, '../..')
const SAMPLE = join(ROOT, 'test/captures/sample/input.pcap')

const folder = mkdtempSync(join(tmpdir(), 'thingward-import-'))
after(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)

writeFileSync(
  at('list.csv'),
  'Name;MAC;IP;Vendor;Type;Owner\n' +
    'bulb-100002;00-17-88-10-00-02;192.168.50.12;Signify;Light;Ada\n' +
    'nvr;3C:EF:8C:10:00:09;192.168.50.99;Hikvision;NVR;Ada\n' +
    'old-tv;00:00:5e:00:53:01;;;TV;\n',
)

function run(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(
    join(ROOT, 'bin/thingward'),
    ['import', ...words, '--register', at('register.json')],
    { encoding: 'utf8' },
  )
  return { status, stdout, stderr }
}

test('a list against a capture: three ways, and nothing written', () => {
  const { status, stdout } = run(
    at('list.csv'),
    '--against',
    SAMPLE,
    '--json',
    '--csv',
    at('d.csv'),
  )
  assert.equal(status, 0)
  const document = JSON.parse(stdout) as ReturnType<typeof importDocument>
  const differing = document.matched!.filter(({ differs }) => differs)
  assert.deepEqual(
    differing.map(({ documented, fields }) => [
      documented.name,
      ...fields.filter(({ outcome }) => outcome === 'differs').map(({ field }) => field),
    ]),
    [['nvr', 'address', 'manufacturer']],
  )
  assert.deepEqual(
    document.documentedOnly!.map(({ name }) => name),
    ['old-tv'],
  )
  assert.ok(document.observedOnly!.length > 10)
  assert.equal(existsSync(at('register.json')), false)
  const table = readFileSync(at('d.csv'), 'utf8').split('\r\n')
  assert.equal(table.filter((line) => line.startsWith('differs,nvr')).length, 2)
})

test('--apply writes the register, for its owner only; then there is nothing left to do', () => {
  assert.match(
    run(at('list.csv')).stdout,
    /3 added.*\n.*1 device without an owner\n.*Nothing was written/,
  )
  assert.match(run(at('list.csv'), '--apply').stdout, /Written\./)
  assert.equal(statSync(at('register.json')).mode & 0o777, 0o600)
  assert.match(run(at('list.csv')).stdout, /0 added, 0 changed, 3 the same/)
})

test('support: dates of a table joined to devices, as of a day, with an exit code', () => {
  writeFileSync(
    at('dates.csv'),
    'vendor,model,end of support\nHikvision,,2025-12-31\nAxis,*,2027\n',
  )
  const words = ['support', at('dates.csv'), '--against', SAMPLE, '--at', '2026-11-22']
  const { status, stdout } = spawnSync(
    join(ROOT, 'bin/thingward'),
    [...words, '--json', '--fail-on-ended'],
    { encoding: 'utf8' },
  )
  assert.equal(status, 1)
  const { counts, devices } = JSON.parse(stdout) as ReturnType<typeof supportDocument>
  assert.deepEqual([counts.ended, counts.ending, counts.supported], [1, 0, 1])
  assert.deepEqual(
    [devices[0].manufacturer, devices[0].daysLeft, devices[0].row],
    ['Hikvision', -326, 2],
  )
})

test('what cannot be read is named, with exit code 2', () => {
  writeFileSync(at('no.csv'), 'colour,size\nred,1\n')
  const { status, stderr } = run(at('no.csv'))
  assert.equal(status, 2)
  assert.match(stderr, /no column for name, MAC or address among 'colour', 'size'/)
  assert.match(run(at('missing.csv')).stderr, /missing\.csv: cannot be read: there is no such file/)
  assert.match(run(at('list.csv'), '--seen', at('list.csv')).stderr, /not a document/)
})
