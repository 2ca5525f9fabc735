// Names in rules: addresses come from the gate's resolver when rules are applied; what has none is
// told with its reason, and a resolver that is down cuts nobody off. The resolver is dnsmasq.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { profileOf, type ShortRule } from '../compile/case.ts'
import { needs, needsRoot } from '../needs.ts'
import { Agent, CAMERA, CLOUD, ELSEWHERE, fell, inside, PREFIX, raise } from './gate-network.ts'

const skip = needsRoot() || needs('ip', 'nft', 'sysctl', 'dnsmasq')
const ROOT = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'thingward-gate-'))
const profiles = join(folder, 'profiles')
/** `ip netns exec` lays what is in here over /etc. */
const etc = join('/etc/netns', `${PREFIX}gate`)

interface Answer {
  readonly losses: readonly { kind: string; effect: string; what: string }[]
}

function apply(...more: string[]): string[] {
  const words = [join(ROOT, 'bin/thingward'), 'gate', 'apply', ...more, '--json']
  const [program, ...rest] = inside('gate', ...words, '--data', join(folder, 'data'))
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  const { losses } = JSON.parse(stdout) as Answer
  return losses
    .filter(({ kind }) => kind === 'name')
    .map(({ effect, what }) => `${effect}: ${what}`)
    .toSorted()
}

let camera: Agent
let outside: Agent
let resolver: ChildProcess | undefined

/** Answers for what it is given and all else in `example`; refuses to answer for others. */
async function answering(...pairs: string[]): Promise<void> {
  const given = pairs.map((pair) => `--address=/${pair}`)
  const words = ['-k', '-C', '/dev/null', '--no-resolv', '--no-hosts', '--bind-interfaces']
  const own = [
    '--listen-address=127.0.0.1',
    '--user=root',
    '--pid-file',
    '--log-facility=-',
    '--local=/example/',
  ]
  const [program, ...rest] = inside('gate', 'dnsmasq', ...words, ...own, ...given)
  const child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'pipe'] })
  resolver = child
  await new Promise((resolve) => child.stderr.once('data', resolve))
}

async function silent(): Promise<void> {
  const ended = new Promise((resolve) => resolver?.once('close', resolve))
  resolver?.kill()
  await ended
}

const name = (text: string): ShortRule => ({
  peer: { kind: 'name', name: text },
  service: { family: 'ip', ipProtocol: 6, peerPorts: [{ from: 443, to: 443 }] },
})

if (!skip) {
  before(async () => {
    raise()
    mkdirSync(etc, { recursive: true })
    writeFileSync(join(etc, 'resolv.conf'), 'nameserver 127.0.0.1\n')
    camera = new Agent('camera')
    outside = new Agent('outside')
    await outside.ask('listen', '', 443)
    mkdirSync(profiles)
    const names = ['api.example', 'gone.example', 'unheard.test', '*.example']
    const profile = profileOf('d1', names.map(name))
    const { mac, v4, v6 } = CAMERA
    const subject = { ...profile.subject, name: 'camera', macs: [mac], addresses: [v4, v6] }
    const enforced = { ...profile, subject, phase: 'enforce' }
    writeFileSync(join(profiles, 'camera.json'), JSON.stringify(enforced))
  })
  after(async () => {
    await silent()
    for (const agent of [camera, outside]) agent?.end()
    fell()
    rmSync(etc, { recursive: true, force: true })
  })
}
after(() => rmSync(folder, { recursive: true }))

const reached = async () => [
  await camera.ask('tcp', CLOUD.v4, 443),
  await camera.ask('tcp', CLOUD.v6, 443),
  await camera.ask('tcp', ELSEWHERE.v4, 443),
]

test('what the resolver says is permitted; what it does not, is told why', { skip }, async () => {
  const place = ['--lan', 'lan0', '--wan', 'wan0', '--profiles', profiles]
  assert.match(apply(...place).join('\n'), /api\.example is known \(nobody was asked/)
  assert.deepEqual(await reached(), ['nothing', 'nothing', 'nothing'])
  await answering(`api.example/${CLOUD.v4}`, `api.example/${CLOUD.v6}`)
  const lost = apply('--resolve')
  assert.deepEqual(await reached(), ['passed', 'passed', 'nothing'])
  assert.deepEqual(lost, [
    'omitted: no address of gone.example is known (there is no such name): it is refused',
    'omitted: no address of unheard.test is known (the resolver refused to answer): it is refused',
    'widened: *.example: a resolver cannot list names',
  ])
})

test('a resolver that is down cuts nobody off', { skip }, async () => {
  await silent()
  const lost = apply().join('\n')
  assert.match(lost, /widened: api\.example: .*; the addresses of last time stay/)
  assert.match(lost, /omitted: no address of gone\.example is known \(no resolver answers\)/)
  assert.deepEqual(await reached(), ['passed', 'passed', 'nothing'])
})

test('a name that has moved is followed when applied again', { skip }, async () => {
  await answering(`api.example/${ELSEWHERE.v4}`)
  apply()
  assert.deepEqual(await reached(), ['nothing', 'nothing', 'passed'])
})
