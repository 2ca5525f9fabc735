// The README's sample is what the program prints today: its first line, its table, and one device.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { golden } from '../golden.ts'
import { readText, ROOT } from './source.ts'

const COLUMNS_MAX = 140
const DEVICE = 'IPCAM-4C21'
const MARK = /(<!-- sample: [^\n]*-->\n)(?:\n```text\n[\s\S]*?\n```\n)?/

/** Blocks of lines between empty lines. */
function blocks(output: string): string[] {
  return output.trimEnd().split('\n\n')
}

const cut = (line: string) =>
  line.length > COLUMNS_MAX ? line.slice(0, COLUMNS_MAX - 1).trimEnd() + '…' : line.trimEnd()

test('the sample in README.md is what the program prints', () => {
  const words = ['watch', 'test/captures/sample/input.pcap', '--quiet']
  const env = { ...process.env, NO_COLOR: '1' }
  const launcher = join(ROOT, 'bin/thingward')
  const { status, stdout, stderr } = spawnSync(launcher, words, {
    cwd: ROOT,
    env,
    encoding: 'utf8',
  })
  assert.equal(status, 0, stderr)
  const [first, table, ...rest] = blocks(stdout)
  const device = rest.find((block) => new RegExp(`^d\\d+ +${DEVICE}`).test(block))
  assert.ok(device, `the sample shows ${DEVICE}`)
  const sample = [first, table, device].join('\n\n').split('\n').map(cut).join('\n')
  const readme = readText('README.md')
  assert.match(readme, MARK)
  const fresh = readme.replace(
    MARK,
    (_, mark: string) => `${mark}\n\`\`\`text\n${sample}\n\`\`\`\n`,
  )
  golden(join(ROOT, 'README.md'), fresh)
})
