// `thingward watch … --truth` as a person uses it: logs without any link address, and a lease file
// and a neighbour table that give the devices their MACs back.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import type { WatchDocument } from '../../src/report/index.ts'

const ROOT = join(import.meta.dirname, '../..')
const SAMPLE = join(ROOT, 'test/captures/sample/input.pcap')

const folder = mkdtempSync(join(tmpdir(), 'thingward-truth-'))
after(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)

function watch(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(
    join(ROOT, 'bin/thingward'),
    ['watch', ...words, '-q', '--json'],
    { encoding: 'utf8', maxBuffer: 64_000_000 },
  )
  return { status, stderr, stdout }
}
const devicesOf = (stdout: string) => (JSON.parse(stdout) as WatchDocument).devices

/** By address, for one address of each device that the capture itself gives a MAC. */
const macs = new Map<string, string>()
let end = 0

before(() => {
  const seen = JSON.parse(watch(SAMPLE, '--eve', at('all.json')).stdout) as WatchDocument
  end = seen.capture.last!
  for (const { macs: own, addresses } of seen.devices) {
    for (const address of addresses) if (own.length === 1) macs.set(address, own[0])
  }
  const lines = readFileSync(at('all.json'), 'utf8').split('\n')
  const bare = lines.filter((line) => !/"event_type":"(arp|dhcp)"/.test(line))
  writeFileSync(at('bare.json'), bare.join('\n').replace(/"ether":\{[^{}]*\},?/g, ''))
})

test('addresses without MACs get them from leases and neighbours, and with them makers', () => {
  const without = devicesOf(watch(at('bare.json')).stdout)
  assert.ok(without.length > 10)
  assert.ok(without.every(({ macs: none }) => none.length === 0))
  const v4 = [...macs].filter(([address]) => address.includes('.'))
  const v6 = [...macs].filter(([address]) => address.includes(':'))
  const leases = v4.map(([address, mac]) => `${Math.ceil(end / 1e6) + 600} ${mac} ${address} * *`)
  writeFileSync(at('dnsmasq.leases'), `${leases.join('\n')}\n`)
  const neighbours = v6.map(([dst, lladdr]) => ({ dst, dev: 'lan', lladdr, state: ['STALE'] }))
  writeFileSync(at('neigh.json'), JSON.stringify(neighbours))
  for (const name of ['dnsmasq.leases', 'neigh.json']) utimesSync(at(name), end / 1e6, end / 1e6)
  const { stdout, stderr } = watch(
    at('bare.json'),
    '--truth',
    at('dnsmasq.leases'),
    `ip-neigh=${at('neigh.json')}`,
  )
  assert.match(
    stderr,
    new RegExp(`${v4.length} of ${v4.length} entries of .*leases \\(dnsmasq\\) used`),
  )
  const given = devicesOf(stdout)
  for (const device of given) {
    for (const address of device.addresses) {
      if (macs.has(address)) assert.deepEqual(device.macs, [macs.get(address)], address)
    }
  }
  assert.ok(given.length < without.length, 'addresses of one MAC are one device')
  const share = (list: typeof given) =>
    list.filter(({ attributes }) => attributes.manufacturer !== undefined).length / list.length
  assert.ok(share(given) > share(without))
})

test('a table of another day is left alone, and says so', () => {
  utimesSync(at('neigh.json'), end / 1e6 + 3 * 86_400, end / 1e6 + 3 * 86_400)
  const { stdout, stderr } = watch(at('bare.json'), '--truth', at('neigh.json'))
  assert.match(
    stderr,
    /thingward: 0 of (\d+) entries of .* \(\1 not of the time that was looked at\)/,
  )
  assert.ok(devicesOf(stdout).every(({ macs: none }) => none.length === 0))
})

test('what is no table, and a kind that is none, are named', () => {
  const unknown = watch(at('bare.json'), '--truth', at('bare.json'))
  assert.equal(unknown.status, 2)
  assert.match(unknown.stderr, /no lease file or address table that is known; say which/)
  assert.match(watch(SAMPLE, '--truth', 'cisco=x').stderr, /'cisco' is none of arp, dnsmasq/)
})
