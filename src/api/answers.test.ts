// Small things that answers are made of: CSV fields, times.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { csvLine } from './csv.ts'
import { isoTime, microsecondsOf } from './times.ts'

test('what the network said cannot become a formula or a second field', () => {
  assert.equal(csvLine(['a', 1, -2]), 'a,1,-2\r\n')
  assert.equal(csvLine(['=cmd()', '+1', '-1', '@x']), "'=cmd(),'+1,'-1,'@x\r\n")
  assert.equal(csvLine(['a,b', 'say "x"', 'two\nlines']), '"a,b","say ""x""","two\nlines"\r\n')
  assert.equal(csvLine(['=a,"b"']), '"\'=a,""b"""\r\n')
})

test('times go to text and back to the microsecond', () => {
  const times = fc.integer({ min: 0, max: 4_000_000_000_000_000 })
  fc.assert(fc.property(times, (time) => microsecondsOf(isoTime(time)) === time))
  assert.equal(microsecondsOf('2026-11-22T05:14:22Z') % 1_000_000, 0)
  assert.equal(microsecondsOf('2026-11-22T05:14:22.5Z') % 1_000_000, 500_000)
})
