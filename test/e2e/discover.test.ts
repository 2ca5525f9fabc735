// `thingward discover` in two network namespaces of its own: what it finds of a device that answers
// ARP, SSDP and SNMP, what it put on the wire as tcpdump saw it there, and that it sends nothing
// where Modbus is spoken or a network is named industrial.
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import assert from 'node:assert/strict'
import type { WatchDocument } from '../../src/report/index.ts'
import { needs, needsRoot } from '../needs.ts'

const ROOT = join(import.meta.dirname, '../..')
const skip = needsRoot() || needs('ip', 'tcpdump', 'snmpd')
const US = `twd-us-${process.pid}`
const THEM = `twd-them-${process.pid}`
const MAC = '00:40:8c:00:53:09'

const folder = mkdtempSync(join(tmpdir(), 'thingward-discover-'))
const at = (name: string) => join(folder, name)
const children: ChildProcess[] = []

const ip = (...words: string[]) => execFileSync('ip', words, { stdio: 'pipe' })
function inside(network: string, ...words: string[]): ChildProcess {
  const child = spawn('ip', ['netns', 'exec', network, ...words], { stdio: 'ignore' })
  children.push(child)
  return child
}

const RESPONDER = `
const socket = require('node:dgram').createSocket({ type: 'udp4', reuseAddr: true })
socket.bind(1900, () => socket.addMembership('239.255.255.250', '192.0.2.9'))
socket.on('message', (text, { port, address }) => {
  if (!text.toString().startsWith('M-SEARCH')) return
  socket.send('HTTP/1.1 200 OK\\r\\nCACHE-CONTROL: max-age=1800\\r\\nEXT:\\r\\n' +
    'LOCATION: http://192.0.2.9:80/d.xml\\r\\nSERVER: Linux/4.9 UPnP/1.0 AXIS/10.12\\r\\n' +
    'ST: upnp:rootdevice\\r\\nUSN: uuid:1::upnp:rootdevice\\r\\n\\r\\n', port, address)
})`

before(async () => {
  if (skip !== false) return
  for (const network of [US, THEM]) {
    ip('netns', 'add', network)
    ip('-n', network, 'link', 'set', 'lo', 'up')
  }
  ip('link', 'add', 'twd0', 'netns', US, 'type', 'veth', 'peer', 'name', 'twd1', 'netns', THEM)
  ip('-n', THEM, 'link', 'set', 'twd1', 'address', MAC)
  ip('-n', US, 'addr', 'add', '192.0.2.1/24', 'dev', 'twd0')
  ip('-n', THEM, 'addr', 'add', '192.0.2.9/24', 'dev', 'twd1')
  ip('-n', US, 'link', 'set', 'twd0', 'up')
  ip('-n', THEM, 'link', 'set', 'twd1', 'up')
  ip('-n', THEM, 'route', 'add', '239.0.0.0/8', 'dev', 'twd1')
  writeFileSync(at('community'), 'lantern\n')
  writeFileSync(
    at('snmpd.conf'),
    'agentAddress udp:192.0.2.9:161\nrocommunity lantern\nsysDescr AXIS A8105-E Network Camera\n' +
      'sysName hall-camera\n',
  )
  inside(THEM, 'snmpd', '-f', '-C', '-c', at('snmpd.conf'))
  inside(THEM, process.execPath, '-e', RESPONDER)
  await pause(1500)
})

after(async () => {
  for (const child of children) {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  if (skip === false) for (const network of [US, THEM]) spawnSync('ip', ['netns', 'del', network])
  rmSync(folder, { recursive: true })
})

function discover(...words: string[]) {
  const line = ['discover', '-i', 'twd0', '--record', at('record.jsonl'), '--json', ...words]
  rmSync(at('record.jsonl'), { force: true })
  const { status, stdout, stderr } = spawnSync(
    'ip',
    ['netns', 'exec', US, join(ROOT, 'bin/thingward'), ...line],
    { encoding: 'utf8' },
  )
  const record = existsSync(at('record.jsonl')) ? readFileSync(at('record.jsonl'), 'utf8') : ''
  const entries = record
    .split('\n')
    .filter((text) => text !== '')
    .map(
      (text) => JSON.parse(text) as { kind: string; target?: string; what?: string; why?: string },
    )
  return { status, stdout, stderr, entries, sent: entries.filter(({ kind }) => kind === 'sent') }
}

/** What arrives at the other end meanwhile, as tcpdump prints it. */
async function seenBy<Result>(act: () => Result): Promise<{ result: Result; lines: string[] }> {
  const words = ['netns', 'exec', THEM, 'tcpdump', '-ni', 'twd1', '-l', '-tt', '-Q', 'in']
  const child = spawn('ip', words, { stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  await pause(700)
  const result = act()
  await pause(300)
  child.kill('SIGINT')
  await once(child, 'exit')
  return { result, lines: text.split('\n') }
}

test('finds the device, by what it answers; the record is what tcpdump saw', { skip }, async () => {
  const { result, lines } = await seenBy(() =>
    discover('--prefix', '192.0.2.0/28', '--listen', '1', '--snmp-community', at('community')),
  )
  assert.equal(result.status, 0, result.stderr)
  const { devices } = JSON.parse(result.stdout) as WatchDocument
  const device = devices.find(({ macs }) => macs.includes(MAC))
  assert.ok(device, 'the device is found')
  assert.ok(device.addresses.includes('192.0.2.9'))
  const said = JSON.stringify(device.attributes)
  assert.match(said, /A8105-E/, 'by SNMP')
  assert.match(said, /hall-camera/)
  assert.match(said, /ssdp/, 'by SSDP')
  const asked = lines.flatMap(
    (line) => /ARP, Request who-has (\S+) tell 192\.0\.2\.1/.exec(line)?.[1] ?? [],
  )
  const recorded = result.sent
    .filter(({ what }) => what === 'ARP request')
    .map(({ target }) => target!)
  assert.equal(recorded.length, 13)
  assert.deepEqual([...new Set(asked)].toSorted(), recorded.toSorted())
  assert.ok(
    lines.some(
      (line) =>
        line.includes('224.0.0.251.5353: 0') &&
        line.includes('PTR (QM)? _services._dns-sd._udp.local.'),
    ),
  )
  assert.ok(lines.some((line) => line.includes('239.255.255.250.1900')))
  assert.ok(
    lines.some((line) => line.includes('GetRequest') && line.includes('.1.3.6.1.2.1.1.1.0')),
  )
  const first = lines.filter((line) => line.includes('ARP, Request'))
  const times = first.map((line) => Number(line.split(' ')[0]))
  assert.ok(times.at(12)! - times[0] > 0.5, '13 requests at 20 a second')
  assert.deepEqual(
    [result.entries[0].kind, result.entries.at(-1)!.kind, result.entries.at(-1)!.why],
    ['began', 'ended', 'done'],
  )
  const left = execFileSync('ip', ['-n', US, 'neigh', 'show', 'dev', 'twd0'], { encoding: 'utf8' })
  assert.doesNotMatch(left, /192\.0\.2\.(?!9 )/, 'nothing is left in the neighbour table')
})

test('where Modbus is heard nothing is sent', { skip }, async () => {
  const bytes = (hex: string) => `Buffer.from('${hex}', 'hex')`
  const server =
    "require('node:net').createServer((s) => s.on('data', () => s.write(" +
    `${bytes('000100000005010302002a')}))).listen(502)`
  inside(US, process.execPath, '-e', server)
  const client =
    "const go = () => { const s = require('node:net').connect(502, '192.0.2.1');" +
    "s.on('data', () => {}).on('error', () => setTimeout(go, 200));" +
    `s.on('connect', () => setInterval(() => s.write(` +
    `${bytes('000100000006010300000001')}), 300)) }; go()`
  inside(THEM, process.execPath, '-e', client)
  const { result, lines } = await seenBy(() =>
    discover('--prefix', '192.0.2.0/28', '--listen', '5'),
  )
  assert.equal(result.status, 2)
  assert.match(result.stderr, /modbus was heard: a segment with industrial protocols is not probed/)
  assert.deepEqual(
    result.entries.map(({ kind }) => kind),
    ['refused'],
  )
  const asked = lines.filter((line) => /ARP, Request who-has (?!192\.0\.2\.9 )/.test(line))
  assert.deepEqual(asked, [])
})

test('industrial and other networks are refused before anything is opened', { skip }, () => {
  const ot = discover('--prefix', '192.0.2.0/28', '--ot', '192.0.0.0/16')
  assert.equal(ot.status, 2)
  assert.match(ot.stderr, /192\.0\.2\.0\/28 lies in 192\.0\.0\.0\/16, which is industrial/)
  assert.match(discover('--prefix', '198.51.100.0/24').stderr, /is not on twd0/)
  assert.match(
    discover('--prefix', '192.0.2.0/24', '--rate', '5000').stderr,
    /at most 200 a second/,
  )
  assert.deepEqual(ot.entries, [])
})
