// The attacks of the recorded network against their labels: which of them are found, by which
// detector, in their window and at their source; and that an ordinary day raises none of them.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Watch } from '../../src/app/index.ts'
import { severityRank, type Finding } from '../../src/finding/index.ts'
import { pcapFile } from '../../src/sensor/index.ts'

interface Label {
  readonly id: string
  readonly start: number
  readonly end: number
  readonly source: { readonly mac: string | null }
}

/** By label; what is not here is not found yet, or is no attack by itself. */
const FOUND_BY: { readonly [label: string]: string } = {
  'arp-scan': 'network-scan',
  'port-scan': 'network-scan',
  'snmp-guess': 'snmp-guessing',
  'http-guess': 'http-brute-force',
  'c2-beacon': 'beaconing',
  'telnet-brute-force': 'telnet-brute-force',
  'telnet-sweep': 'network-scan',
  'arp-spoof': 'arp-spoofing',
  'rogue-dhcp': 'rogue-dhcp',
  'dns-tunnel': 'dns-tunnel',
  'mqtt-flood': 'message-flood',
  'slow-http': 'slow-requests',
  'syn-flood': 'flood',
  'udp-flood': 'flood',
}

const folder = join(import.meta.dirname, '..', 'captures')

async function findingsOf(name: string): Promise<readonly Finding[]> {
  const watch = await Watch.create({})
  return (await watch.run([pcapFile(join(folder, name, 'input.pcap'))])).findings
}

test('each of these attacks is found at its source and in its time', async () => {
  const text = readFileSync(join(folder, 'attacks', 'labels.json'), 'utf8')
  const { labels } = JSON.parse(text) as { labels: Label[] }
  const findings = await findingsOf('attacks')
  for (const [id, detector] of Object.entries(FOUND_BY)) {
    const { start, end, source } = labels.find((label) => label.id === id)!
    const found = findings.some(
      ({ detector: by, window, sources, severity }) =>
        by === detector &&
        severityRank(severity) >= severityRank('medium') &&
        window.from <= end &&
        window.to >= start &&
        sources.some(({ mac }) => mac === source.mac),
    )
    assert.ok(found, `${id} by ${detector}`)
  }
})

test('an ordinary day raises none of these', async () => {
  const attacks = new Set(Object.values(FOUND_BY))
  attacks.add('login-brute-force').add('ssh-brute-force').delete('beaconing')
  const raised = (await findingsOf('normal')).filter(({ detector }) => attacks.has(detector))
  assert.deepEqual(
    raised.map(({ detector, seen }) => `${detector}: ${seen}`),
    [],
  )
})
