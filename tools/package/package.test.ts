// What is shipped: signed sums that anybody can check, and a Debian package that runs as a user
// who owns nothing, under a unit that gives away little.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { appendFileSync, chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needs } from '../../test/needs.ts'
import { control } from './debian.ts'
import { checkSums, writeSums } from './sums.ts'

const ROOT = join(import.meta.dirname, '../..')
const EXPOSURE_MAX = 2
const NOBODY = 65_534

const folder = (name: string) => mkdtempSync(join(tmpdir(), `thingward-${name}-`))
const pem = { format: 'pem' } as const

test('signed sums: a changed file, a changed list and a foreign key are all found', () => {
  const out = folder('sums')
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const trusted = publicKey.export({ ...pem, type: 'spki' })
  const key = privateKey.export({ ...pem, type: 'pkcs8' }) as string
  const file = join(out, 'thingward.deb')
  try {
    writeFileSync(file, 'package')
    writeSums(out, [file], key)
    assert.deepEqual(checkSums(out, trusted as string), [])
    const openssl = ['pkeyutl', '-verify', '-pubin', '-inkey', join(out, 'pub'), '-rawin']
    writeFileSync(join(out, 'pub'), trusted)
    if (needs('openssl') === false) {
      const words = [...openssl, '-in', join(out, 'SHA256SUMS')]
      const { status } = spawnSync('openssl', [...words, '-sigfile', join(out, 'SHA256SUMS.sig')])
      assert.equal(status, 0)
    }
    appendFileSync(file, '!')
    assert.deepEqual(checkSums(out, trusted as string), ['thingward.deb: not what was signed'])
    const foreign = generateKeyPairSync('ed25519').publicKey.export({ ...pem, type: 'spki' })
    assert.match(checkSums(out, foreign as string)[0], /signature does not fit/)
    appendFileSync(join(out, 'SHA256SUMS'), 'x')
    assert.match(checkSums(out, trusted as string)[0], /signature does not fit/)
  } finally {
    rmSync(out, { recursive: true })
  }
})

test('the control file has what Debian Policy 5.3 asks for', () => {
  const fields = control('arm64', 1000)
  for (const name of ['Package', 'Version', 'Architecture', 'Maintainer', 'Description']) {
    assert.match(fields, new RegExp(`^${name}: \\S`, 'm'))
  }
  assert.match(fields, /^Architecture: arm64$/m)
  assert.ok(fields.endsWith('\n'))
})

test('the unit is exposed no more than 2.0', { skip: needs('systemd-analyze') }, () => {
  const unit = join(ROOT, 'packaging/systemd/thingward.service')
  const words = ['security', '--offline=true', '--no-pager', unit]
  const said = execFileSync('systemd-analyze', words, { encoding: 'utf8' })
  const level = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(said)?.[1])
  assert.ok(level > 0 && level <= EXPOSURE_MAX, `exposure ${level}`)
})

test('a Debian package is built, unpacked, and runs as nobody', { skip: needs('dpkg-deb') }, () => {
  const out = folder('package')
  try {
    const build = [join(ROOT, 'tools/package/main.ts'), '--arch', machine(), '--as', 'deb']
    execFileSync(process.execPath, [...build, '--out', out], { stdio: 'pipe' })
    const names = readdirSync(out).toSorted()
    assert.equal(names.length, 2, names.join(' '))
    const debian = join(
      out,
      names.find((name) => name.endsWith('.deb'))!,
    )
    execFileSync('dpkg-deb', ['-x', debian, join(out, 'root')])
    chmodSync(out, 0o755)
    const watched = asNobody(out, ['watch', join(ROOT, 'test/captures/sample/input.pcap')])
    assert.equal(watched.status, 0, watched.stderr)
    assert.match(watched.stdout, /enforceable/)
    const modules = readdirSync(join(out, 'root/usr/lib/thingward/node_modules'))
    assert.ok(!modules.includes('typescript') && !modules.includes('vite'))
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
})

const machine = () => (process.arch === 'arm64' ? 'arm64' : 'amd64')

/** Runs the unpacked command with an empty environment, as `nobody` where we may. */
function asNobody(out: string, words: readonly string[]) {
  const isRoot = process.getuid?.() === 0
  return spawnSync(join(out, 'root/usr/bin/thingward'), words, {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' },
    ...(isRoot && { uid: NOBODY, gid: NOBODY }),
  })
}
