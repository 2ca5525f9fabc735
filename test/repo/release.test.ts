// A release, compiled to JavaScript and installed without its sources, says what the clone says.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readText, ROOT } from './source.ts'

const SAMPLE = join(ROOT, 'test/captures/sample/input.pcap')

/** Standard output of a program that has to end well. */
function run(command: string, ...words: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, words, { cwd: ROOT, encoding: 'utf8' })
  assert.equal(status, 0, `${command} ${words.join(' ')}\n${stdout}${stderr}`)
  return stdout
}

test('a release prints of the sample what the clone prints', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'thingward-release-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const own = join(folder, 'node_modules/thingward')
  mkdirSync(own, { recursive: true })
  const compiler = join(ROOT, 'node_modules/.bin/tsc')
  run(compiler, '-p', 'tsconfig.build.json', '--outDir', join(own, 'dist'))
  for (const name of ['bin', 'package.json']) {
    cpSync(join(ROOT, name), join(own, name), { recursive: true })
  }
  const { dependencies } = JSON.parse(readText('package.json')) as { dependencies: object }
  const node = `node-linux-${process.arch}`
  for (const name of [...Object.keys(dependencies), node]) {
    const link = join(folder, 'node_modules', name)
    // Some names have a scope, which is a folder.
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), link)
  }
  const released = run(join(own, 'bin/thingward'), 'watch', SAMPLE, '--quiet')
  assert.equal(released, run(join(ROOT, 'bin/thingward'), 'watch', SAMPLE, '--quiet'))
})
