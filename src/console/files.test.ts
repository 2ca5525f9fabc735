// The built application: it builds once, and is handed out with the headers that keep it safe.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { buildConsole, openConsole } from './index.ts'

const folder = await buildConsole()
const files = await openConsole(folder)
const page = readFileSync(join(folder, 'index.html'), 'utf8')
const [script] = /\/assets\/[\w.-]+\.js/.exec(page) ?? ['']

test('the second build is the first one', async () => {
  assert.equal(await buildConsole(), folder)
})

test('the page has no inline script or style, and nothing from elsewhere', () => {
  assert.doesNotMatch(page, /<script(?![^>]*\bsrc=)/)
  assert.doesNotMatch(page, /<style|style=|\son\w+=|https?:\/\//)
})

test('every screen has the page, a file that is not there has nothing', () => {
  for (const path of ['/', '/devices', '/devices/d15', '/settings/health']) {
    assert.equal(files.answer(path)?.body.toString(), page, path)
  }
  for (const path of ['/assets/none.js', '/favicon.ico', '/../package.json']) {
    assert.equal(files.answer(path), undefined, path)
  }
})

test('the page runs under a strict policy and is asked for again each time', () => {
  const headers = files.answer('/')?.headers ?? {}
  assert.match(headers['content-security-policy'], /default-src 'none'.*frame-ancestors 'none'/)
  assert.doesNotMatch(headers['content-security-policy'], /unsafe|data:|\*/)
  assert.equal(headers['cache-control'], 'no-cache')
})

test('files go out packed as the browser can, named by their content, kept for good', () => {
  const plain = files.answer(script)
  const packed = files.answer(script, 'gzip, deflate, br;q=0.9')
  const older = files.answer(script, 'gzip')
  assert.ok(plain && packed && older)
  assert.equal(packed.headers['content-encoding'], 'br')
  assert.deepEqual(brotliDecompressSync(packed.body), plain.body)
  assert.deepEqual(gunzipSync(older.body), plain.body)
  assert.equal(packed.headers['content-length'], String(packed.body.length))
  assert.match(plain.headers['cache-control'], /immutable/)
  assert.match(plain.headers['content-type'], /^text\/javascript/)
  assert.equal(plain.headers['content-security-policy'], undefined)
})
