// bin/thingward on made-up machines: a Node that is too old or missing, an npm that is a stand-in,
// two first starts at once.
import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './source.ts'

const CPU = process.arch === 'arm64' ? 'arm64' : 'x64'
const SYSTEM = ['sh', 'env', 'readlink', 'cmp', 'cp', 'mv', 'rm', 'uname', 'flock', 'head', 'mkdir']
const NPM = `#!/bin/sh
echo "npm $*" >> "$RECORD"; echo "NODE_ENV=$NODE_ENV" >> "$RECORD"
sleep 0.3
[ -e "$FAIL" ] && { echo "npm error no network" >&2; exit 1; }
mkdir -p node_modules/node-linux-${CPU}/bin
cp "$OWN_NODE" node_modules/node-linux-${CPU}/bin/node
echo noise of npm`
const MAIN = `// stand-in
const { env, argv } = process
console.log(JSON.stringify([env.STARTED, env.NODE_COMPILE_CACHE, argv.slice(2)]))
process.exitCode = 7
`

/** Stands for Node 24, and says by which path it was started. */
const NODE = `#!/bin/sh\nSTARTED=$0 exec "${process.execPath}" "$@"\n`

/** A project folder with the launcher, and a PATH that holds only what is named. */
function machine(t: TestContext, node: 'old' | 'new' | 'none') {
  const folder = mkdtempSync(join(tmpdir(), 'thingward launcher '))
  t.after(() => rmSync(folder, { recursive: true }))
  const root = join(folder, 'project')
  const path = join(folder, 'path')
  for (const each of [join(root, 'bin'), join(root, 'src/cli'), path]) {
    mkdirSync(each, { recursive: true })
  }
  cpSync(join(ROOT, 'bin/thingward'), join(root, 'bin/thingward'))
  writeFileSync(join(root, 'package-lock.json'), '{}')
  writeFileSync(join(root, 'src/cli/main.ts'), MAIN)
  const script = (name: string, text: string) => {
    writeFileSync(join(path, name), text)
    chmodSync(join(path, name), 0o755)
  }
  for (const name of [...SYSTEM, 'sleep']) {
    const real = ['/usr/bin', '/bin'].map((each) => join(each, name)).find(existsSync)
    if (real) symlinkSync(real, join(path, name))
  }
  script('npm', NPM)
  if (node === 'old') script('node', '#!/bin/sh\necho 20.20.2')
  if (node === 'new') script('node', NODE)
  script('own-node', NODE)
  const record = join(folder, 'record')
  const env = {
    PATH: path,
    RECORD: record,
    OWN_NODE: join(path, 'own-node'),
    FAIL: join(folder, 'fail'),
  }
  const start = (...words: string[]) => run(join(root, 'bin/thingward'), words, env)
  return { root, path, record, fail: env.FAIL, start }
}

interface Outcome {
  status: number | null
  output: string
  errors: string
}

function run(command: string, words: string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { env: { ...env, NODE_ENV: 'production' } })
    let output = ''
    let errors = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (errors += chunk))
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, output, errors }))
  })
}

test('a first start sets up once, says so on standard error, and hands all words on', async (t) => {
  const { root, record, start } = machine(t, 'old')
  const first = await start('watch', 'a b.pcap', '--json')
  assert.equal(first.status, 7, first.errors)
  assert.deepEqual(JSON.parse(first.output), [
    join(root, `node_modules/node-linux-${CPU}/bin/node`),
    join(root, 'node_modules/.cache/compile'),
    ['watch', 'a b.pcap', '--json'],
  ])
  assert.match(first.errors, /^thingward: setting up in .*\n$/)
  const said = readFileSync(record, 'utf8')
  assert.match(said, /npm ci --include=dev --include=optional --ignore-scripts .*\nNODE_ENV=\n$/)
  const second = await start()
  assert.equal(second.errors, '')
  assert.equal(readFileSync(record, 'utf8'), said)
})

test('two first starts at once: one sets up, the other waits', async (t) => {
  const { record, start } = machine(t, 'old')
  const both = await Promise.all([start('1'), start('2')])
  assert.deepEqual(
    both.map((each) => each.status),
    [7, 7],
    both.map((each) => each.errors).join(''),
  )
  assert.equal(readFileSync(record, 'utf8').match(/npm ci/g)?.length, 1)
})

test('a changed lock file sets up again', async (t) => {
  const { root, record, start } = machine(t, 'new')
  await start()
  writeFileSync(join(root, 'package-lock.json'), '{"changed":true}')
  await start()
  assert.equal(readFileSync(record, 'utf8').match(/npm ci/g)?.length, 2)
})

test('a set-up that fails ends with 3 and is tried again', async (t) => {
  const { root, fail, start } = machine(t, 'old')
  writeFileSync(fail, '')
  const failed = await start()
  assert.equal(failed.status, 3)
  assert.match(failed.errors, /npm error no network\nthingward: the set-up failed/)
  assert.equal(existsSync(join(root, 'node_modules/.set-up')), false)
  rmSync(fail)
  assert.equal((await start()).status, 7)
})

test('without npm it says what to install', async (t) => {
  const { path, start } = machine(t, 'new')
  rmSync(join(path, 'npm'))
  const { status, errors } = await start()
  assert.equal(status, 3)
  assert.match(errors, /npm is needed once.*apt-get install/)
})

test('an installed release runs from dist, on a Node of its own or a new one', async (t) => {
  const { root, path, start } = machine(t, 'new')
  rmSync(join(root, 'package-lock.json'))
  mkdirSync(join(root, 'dist/cli'), { recursive: true })
  cpSync(join(root, 'src/cli/main.ts'), join(root, 'dist/cli/main.js'))
  rmSync(join(root, 'src'), { recursive: true })
  const { status, output } = await start('--version')
  assert.equal(status, 7)
  assert.deepEqual(JSON.parse(output)[2], ['--version'])
  rmSync(join(path, 'node'))
  const old = await start()
  assert.equal(old.status, 3)
  assert.match(old.errors, /needs Node.js 24 or newer, found none/)
})

test('it can be started through a link from any folder', async (t) => {
  const { root, path } = machine(t, 'new')
  rmSync(join(root, 'package-lock.json'))
  symlinkSync(join(root, 'bin/thingward'), join(path, 'tw'))
  const { status } = await run(join(path, 'tw'), [], { PATH: path })
  assert.equal(status, 7)
})
