// Floods: half-open connections, unanswered datagrams and pings in numbers are found; streams,
// telemetry, scans, health checks and the clients of a dead server are not.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { SECOND } from '../../core/clock.ts'
import type { Flow } from '../../flow/index.ts'
import { Trial } from '../trial.ts'
import { detector } from './flood.ts'

const START = 1_700_000_000 * SECOND

/** How many flows, and how many seconds apart. */
type Series = readonly [count: number, every: number]

/** Flows one after the other, each from another port. */
function flows(trial: Trial, [count, every]: Series, rest: Partial<Flow>): void {
  const [from, to] = [trial.at('192.168.1.12'), trial.at('203.0.113.99')]
  for (let index = 0; index < count; index++) {
    const first = START + Math.round(index * every * SECOND)
    trial.flow(rest.originator ?? from, rest.responder ?? to, {
      originatorPort: 1024 + index,
      responderPort: 80,
      ...rest,
      first,
    })
  }
}

const SYN = { originatorPackets: 2, responderPackets: 1, state: 'RSTO' } as const
const DATAGRAM = {
  ipProtocol: 17,
  responderPackets: 0,
  state: 'S0',
  originatorPayload: 256,
} as const

test('2000 half-open connections to one port in two seconds', () => {
  const trial = new Trial(detector)
  flows(trial, [2000, 0.001], SYN)
  const [finding, ...more] = trial.findings()
  assert.equal(more.length, 0)
  assert.equal(finding.about, trial.at('192.168.1.12'))
  assert.equal(finding.severity, 'high')
  assert.match(finding.seen, /^19\d\d connections that were never used, at port 80, from 192/)
})

test('the same from invented addresses behind one MAC', () => {
  const trial = new Trial(detector)
  for (let index = 0; index < 4000; index++) {
    const source = trial.at(`198.51.${index >> 8}.${index & 255}`, '02:00:00:00:00:01')
    trial.flow(source, trial.at('192.168.1.11'), {
      ...{ first: START + index * 1000, responderPort: 80, state: 'S0', responderPackets: 0 },
    })
  }
  const [finding] = trial.findings()
  assert.equal(finding.about, trial.at('192.168.1.11'))
  assert.match(finding.seen, /from more than 63 addresses, all with one MAC/)
})

test('1000 datagrams of no protocol from changing ports, whatever the order of their ends', () => {
  const trial = new Trial(detector)
  const [from, to] = [trial.at('192.168.1.12'), trial.at('203.0.113.99')]
  for (let index = 0; index < 1000; index++) {
    const first = START + ((index * 7919) % 1000) * 2400
    trial.flow(from, to, { ...DATAGRAM, responderPort: 53, originatorPort: 2000 + index, first })
  }
  assert.match(trial.findings()[0].seen, /unanswered datagrams at port 53 from 192\.168\.1\.12/)
})

test('one flow of small datagrams to an outside host, and pings at full speed', () => {
  const trial = new Trial(detector)
  const last = START + 20 * SECOND
  const packets = { originatorPackets: 20_000, originatorPayload: 20_000 * 64, last }
  flows(trial, [1, 1], { ...DATAGRAM, ...packets, responderPort: 9 })
  const pings = {
    ipProtocol: 1,
    originatorPort: 8,
    responderPort: 0,
    originatorPackets: 6000,
    last,
  }
  flows(trial, [1, 1], { ...pings, responder: trial.at('192.168.1.1') })
  const seen = trial.findings().map((finding) => finding.seen)
  assert.equal(seen.length, 2)
  assert.match(seen[0], /10000 unanswered datagrams at port 9/)
  assert.match(seen[1], /3000 pings/)
})

test('video in raw datagrams, telemetry, and video that is recognised', () => {
  const trial = new Trial(detector)
  const last = START + 60 * SECOND
  const video = { originatorPackets: 60_000, originatorPayload: 60_000 * 1316, last }
  flows(trial, [1, 1], { ...DATAGRAM, ...video, responderPort: 5004 })
  const small = { originatorPackets: 40_000, originatorPayload: 40_000 * 530, last }
  flows(trial, [1, 1], { ...DATAGRAM, ...small, responder: trial.at('192.168.1.40') })
  const call = { ...small, service: 'rtp', responder: trial.at('192.168.1.41') }
  flows(trial, [40, 1], { ...DATAGRAM, ...call })
  const group = { ...small, responder: trial.at('239.1.2.3') }
  flows(trial, [40, 1], { ...DATAGRAM, ...group })
  assert.equal(trial.findings().length, 0)
})

test('the clients of a dead server, health checks, a scan of ports, pings once a second', () => {
  const trial = new Trial(detector)
  for (let client = 1; client <= 200; client++) {
    const originator = trial.at(`192.168.2.${client}`)
    flows(trial, [10, 3], { originator, state: 'S0', responderPackets: 0 })
  }
  flows(trial, [5000, 0.001], { ...SYN, state: 'SF', responder: trial.at('192.168.1.50') })
  const scanned = trial.at('192.168.1.51')
  for (let port = 1; port <= 3000; port++) {
    trial.flow(trial.at('192.168.1.66'), scanned, {
      ...{ first: START + port * 500, responderPort: port, state: 'REJ' },
    })
    trial.flow(trial.at('192.168.1.66'), scanned, {
      ...{ ...DATAGRAM, first: START + port * 1000, responderPort: port },
    })
  }
  const pings = { ipProtocol: 1, originatorPort: 8, originatorPackets: 3600, originatorBytes: 1 }
  flows(trial, [1, 1], { ...pings, last: START + 3600 * SECOND })
  assert.deepEqual(
    trial.findings().map(({ seen }) => seen),
    [],
  )
})
