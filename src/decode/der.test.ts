// Single ASN.1 elements, whole and broken.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { Der } from './der.ts'

const der = (hex: string): Der => {
  const bytes = Buffer.from(hex.replace(/\s/g, ''), 'hex')
  return new Der(bytes, 0, bytes.length)
}
/** The first element of these bytes. */
const first = (hex: string): Der => {
  const reader = der(hex)
  assert(reader.next())
  return reader
}
const text = (value: string) => Buffer.from(value).toString('hex')
const time = (tag: string, value: string) =>
  first(`${tag} ${value.length.toString(16).padStart(2, '0')} ${text(value)}`).time()

test('numbers, signed and not', () => {
  assert.equal(first('02 01 ff').integer(), -1)
  assert.equal(first('02 02 0100').integer(), 256)
  assert.equal(first('41 05 00ffffffff').unsigned(), 4294967295)
  assert.equal(first('02 00').integer(), 0)
  assert.equal(first('46 09 00ffffffffffffffff').unsigned(), 0, 'beyond what a number holds')
})

test('object identifiers', () => {
  assert.equal(first('06 06 2a864886f70d').oid(), '1.2.840.113549')
  assert.equal(first('06 03 883703').oid(), '2.999.3')
  assert.equal(first('06 03 2a0304').oid(2), '1.2.3', 'arcs behind the limit are left out')
  assert.equal(first('06 01 80').oid(), '', 'its last octet says that more follow')
  assert.equal(first(`06 0a ${'ff'.repeat(9)}7f`).oid(), '')
  assert.equal(first('06 00').oid(), '')
})

test('strings of every kind', () => {
  assert.equal(first('0c 02 c3bc').text(), 'ü')
  assert.equal(first('1e 04 00fc0061').text(), 'üa')
  assert.equal(first('1c 04 000000fc').text(), 'ü')
  assert.equal(first('14 01 fc').text(), 'ü')
})

test('times of certificates', () => {
  assert.equal(time('17', '261122010203Z'), '2026-11-22T01:02:03Z')
  assert.equal(time('17', '500101000000Z'), '1950-01-01T00:00:00Z')
  assert.equal(time('17', '2611220102Z'), '2026-11-22T01:02:00Z')
  assert.equal(time('18', '20991231235959Z'), '2099-12-31T23:59:59Z')
  assert.equal(time('18', '20261122010203.5+0100'), '2026-11-22T00:02:03Z')
  assert.equal(time('17', '261322010203Z'), '', 'no such month')
  assert.equal(time('04', '261122010203Z'), '')
})

test('what does not fit ends the walk for good', () => {
  for (const hex of [
    '30',
    '30 05 0201',
    '30 80 0000',
    '3f 01 00',
    '30 85 0000000001',
    '30 84 ff',
  ]) {
    const reader = der(hex)
    assert.deepEqual([reader.next(), reader.broken, reader.tag], [false, true, -1], hex)
    assert.equal(reader.next(), false)
  }
  const end = der('0500')
  assert.deepEqual([end.next(), end.next(), end.broken], [true, false, false])
  assert.deepEqual([end.expect(2), end.broken], [false, true])
})

test('lengths up to four octets', () => {
  const reader = first(`04 83 000003 ${'61'.repeat(3)}`)
  assert.deepEqual([reader.length, reader.text()], [3, 'aaa'])
})
