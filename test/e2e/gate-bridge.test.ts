// The gate as a bridge in the cable: same segment on both sides, no address of its own. Needs
// br_netfilter.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GateStatus } from '../../src/app/gate/index.ts'
import { profileOf } from '../compile/case.ts'
import { needs, needsRoot } from '../needs.ts'
import { Agent, CAMERA, fell, inside, LAMP, OTHER, raiseBridge, SERVER } from './gate-network.ts'

const skip = needsRoot() || needs('ip', 'nft', 'sysctl')
const ROOT = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'thingward-gate-'))
const profiles = join(folder, 'profiles')

function gate(...more: string[]) {
  const words = [join(ROOT, 'bin/thingward'), 'gate', ...more, '--data', join(folder, 'data')]
  const [program, ...rest] = inside('gate', ...words)
  return spawnSync(program, rest, { encoding: 'utf8', maxBuffer: 64_000_000 })
}
function done(...more: string[]): string {
  const { status, stdout, stderr } = gate(...more)
  assert.equal(status, 0, stderr)
  return stdout
}

let camera: Agent
let lamp: Agent
let outside: Agent

if (!skip) {
  before(async () => {
    raiseBridge()
    camera = new Agent('camera')
    lamp = new Agent('lamp')
    outside = new Agent('outside')
    for (const port of [443, 8080]) await outside.ask('listen', '', port)
    await camera.ask('listen', '', 80)
    await lamp.ask('listen', '', 80)
    mkdirSync(profiles)
    const rules = [SERVER.v4, SERVER.v6].map((address) => ({
      peer: { kind: 'prefix' as const, prefix: address },
      service: { family: 'ip' as const, ipProtocol: 6, peerPorts: [{ from: 443, to: 443 }] },
    }))
    const profile = profileOf('d1', rules)
    const { name, mac, v4 } = CAMERA
    const subject = { ...profile.subject, name, macs: [mac], addresses: [v4] }
    writeFileSync(join(profiles, 'camera.json'), JSON.stringify({ ...profile, subject }))
  })
  after(() => {
    for (const agent of [camera, lamp, outside]) agent?.end()
    fell()
  })
}
after(() => rmSync(folder, { recursive: true }))

test('ports of one bridge make a bridge gate; a mixture is told', { skip }, () => {
  assert.match(gate('--lan', 'p-camera', '--wan', 'lo').stderr, /p-camera is a port of br0/)
  const place = ['--lan', 'p-camera', 'p-lamp', '--wan', 'p-outside', '--profiles', profiles]
  assert.match(done(...place), /br0: new devices may: allow/)
})

test('within one segment: the profile is held, both ways, IPv4 and IPv6', { skip }, async () => {
  assert.equal(await camera.ask('tcp', SERVER.v4, 8080), 'passed')
  assert.equal(await outside.ask('tcp', CAMERA.v6, 80), 'passed')
  done('phase', 'camera', 'enforce')
  assert.equal(await camera.ask('tcp', SERVER.v4, 443), 'passed')
  assert.equal(await camera.ask('tcp', SERVER.v6, 443), 'passed')
  assert.equal(await camera.ask('tcp', SERVER.v4, 8080), 'nothing')
  assert.equal(await camera.ask('udp', OTHER.v6, 443), 'nothing')
  assert.equal(await camera.ask('tcp', LAMP.v4, 80), 'nothing')
  // By its MAC, whichever address it has: nobody told of its IPv6 address.
  assert.equal(await outside.ask('tcp', CAMERA.v6, 80), 'nothing')
  assert.equal(await lamp.ask('tcp', CAMERA.v4, 80), 'nothing')
  assert.equal(await lamp.ask('tcp', SERVER.v4, 8080), 'passed')
  const { devices } = JSON.parse(done('status', '--json')) as GateStatus
  const reasons = new Set(devices[0].counts.map(({ way, reason }) => `${way} ${reason}`))
  for (const reason of ['from unknown-peer', 'from unknown-service', 'to unknown-peer']) {
    assert.ok(reasons.has(reason), `${reason} in ${[...reasons].join(', ')}`)
  }
})

test('new devices, and quarantine between two ports', { skip }, async () => {
  done('apply', '--new-devices', 'inside')
  assert.equal(await lamp.ask('tcp', SERVER.v4, 443), 'nothing')
  done('apply', '--new-devices', 'outside')
  assert.equal(await lamp.ask('tcp', SERVER.v4, 443), 'passed')
  assert.equal(await outside.ask('tcp', LAMP.v4, 80), 'nothing')
  assert.equal(await lamp.ask('hold', SERVER.v4, 443), 'held')
  done('quarantine', LAMP.mac, '--reason', 'x')
  await sleep(1000)
  assert.ok(Number(await lamp.ask('quiet')) > 900)
  done('release', LAMP.mac)
  assert.equal(await lamp.ask('tcp', SERVER.v4, 443), 'passed')
})
