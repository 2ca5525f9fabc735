// Recog's file form: what is read, what is passed over, and what its fingerprints conclude. The
// rows here are our own; real files prove themselves by their examples where a folder is named.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RecogBook } from './recog.ts'
import { fingerprintsOf } from './recog-xml.ts'
import { Site } from './rehearse.ts'
import { identifier as http } from './identifiers/http.ts'

const FILE = `<?xml version='1.0'?>
<fingerprints matches="http_header.server" protocol="http">
  <!-- <fingerprint pattern="^never$"><param pos="0" name="hw.vendor" value="No"/></fingerprint> -->
  <fingerprint pattern="(?i)^acme-cam/([\\d.]+) &quot;(\\w+)&quot;$">
    <description>Acme's camera</description>
    <example>ACME-Cam/1.2 "X9"</example>
    <param pos="0" name="hw.vendor" value="Acme"/>
    <param pos="0" name="hw.family" value="Cam"/>
    <param pos="2" name="hw.model"/>
    <param pos="0" name="hw.product" value="{hw.family} {hw.model}"/>
    <param pos="0" name="hw.device" value="IP Camera"/>
    <param pos="1" name="service.version"/>
    <param pos="0" name="service.product" value="Acme &amp; Co httpd"/>
  </fingerprint>
  <fingerprint pattern="^(?>atomic)$"><param pos="0" name="hw.vendor" value="Ruby"/></fingerprint>
</fingerprints>`

test('a fingerprint concludes with its parameters filled in', () => {
  const recog = new RecogBook()
  recog.add(FILE)
  assert.deepEqual(recog.summary(), { files: 1, fingerprints: 1, skipped: 1 })
  const site = new Site([http], { recog })
  site.say('http:80', '02:00:00:00:00:05 192.168.1.5', {
    kind: 'response',
    status: 200,
    server: 'acme-cam/1.2 "X9"',
  })
  const { attributes, software } = site.device('192.168.1.5')
  assert.equal(attributes.manufacturer?.value, 'Acme')
  assert.equal(attributes.model?.value, 'Cam X9')
  assert.equal(attributes.type?.value, 'camera')
  assert.equal(software[0].name, 'Acme & Co httpd')
  assert.equal(software[0].version, '1.2')
})

test('broken, foreign and huge files are counted and leave nothing behind', () => {
  const recog = new RecogBook()
  for (const text of ['', '<fingerprints', 'x'.repeat(100), FILE.slice(0, 400), '<a><b></a>']) {
    recog.add(text)
  }
  recog.add(FILE.replace('http_header.server', 'tls.jarm'))
  assert.equal(recog.summary().fingerprints, 0)
})

test("real files' own examples fit their patterns", (context) => {
  const folder = process.env['THINGWARD_RECOG']
  if (!folder) {
    context.skip('THINGWARD_RECOG names no folder of Recog XML files')
    return
  }
  let tried = 0
  let failed = 0
  for (const name of readdirSync(folder).filter((entry) => entry.endsWith('.xml'))) {
    for (const { pattern, examples } of fingerprintsOf(readFileSync(join(folder, name), 'utf8'))
      .fingerprints) {
      for (const example of examples) {
        tried++
        if (!pattern.test(example)) failed++
      }
    }
  }
  assert.ok(tried > 1000, `${tried} examples`)
  assert.ok(failed <= tried / 100, `${failed} of ${tried} examples do not fit`)
})
