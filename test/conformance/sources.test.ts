// One traffic, three sources: the sample capture itself, EVE records of it (written by our own
// writer, read back), Zeek logs of it. What they tell is the same as far as each declares that it
// carries it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { Watch } from '../../src/app/index.ts'
import { loadProtocols } from '../../src/decode/index.ts'
import { EveWriter, LineFile } from '../../src/export/index.ts'
import { eveFile, pcapFile, zeekFolder, type Source } from '../../src/sensor/index.ts'
import {
  hear,
  type HeardFlow,
  type HeardTransaction,
  type Hearing,
} from '../../src/sensor/hearing.ts'
import type { Device } from '../../src/inventory/index.ts'
import { zeekLogs } from './zeek-logs.ts'

const SAMPLE = join(import.meta.dirname, '../captures/sample/input.pcap')
const folder = mkdtempSync(join(tmpdir(), 'thingward-sources-'))
after(() => rmSync(folder, { recursive: true }))

const eve = join(folder, 'eve.json')
const zeekPlain = join(folder, 'zeek')
const zeekMacs = join(folder, 'zeek-macs')
let capture: Hearing

/** Runs the sample as `watch` does, and writes its EVE records on the way when a path is given. */
async function watch(source: Source, path?: string) {
  const file = path === undefined ? undefined : new LineFile(path)
  const writers: EveWriter[] = []
  const run = await Watch.create({
    listeners: file
      ? [
          ({ endpoints }) => {
            const writer = new EveWriter({ endpoints, sink: (bytes) => file.write(bytes) })
            writers.push(writer)
            return writer
          },
        ]
      : [],
  })
  const result = await run.run([source])
  for (const writer of writers) writer.finish()
  file?.close()
  return result
}

before(async () => {
  capture = await hear([pcapFile(SAMPLE)], await loadProtocols())
  await watch(pcapFile(SAMPLE), eve)
  for (const [path, macs] of [
    [zeekPlain, false],
    [zeekMacs, true],
  ] as const) {
    mkdirSync(path)
    const logs = zeekLogs(capture.flows, capture.transactions, macs)
    for (const [name, text] of Object.entries(logs)) writeFileSync(join(path, name), text)
  }
})

const address = (endpoint: string) =>
  endpoint.split(' ').find((part) => !/^(..:){5}..$/.test(part)) ?? ''

/** Flows in one order, each reduced by `keep`. */
const flowsOf = (flows: readonly HeardFlow[], keep: (flow: HeardFlow) => object) =>
  flows.map((flow) => JSON.stringify(keep(flow))).toSorted()

const lacks = ({ summaries }: Hearing) => new Set(summaries[0].lacks)

test('EVE: the same flows, field by field', async () => {
  const heard = await hear([eveFile(eve)])
  assert.deepEqual(heard.anomalies, [])
  // The only loss: line numbers stand for frame numbers.
  const keep = (flow: HeardFlow) => ({ ...flow, frame: 0 })
  assert.ok(capture.flows.length > 1000)
  assert.deepEqual(flowsOf(heard.flows, keep), flowsOf(capture.flows, keep))
  assert.equal(heard.started.length, heard.flows.length)
  for (const fact of [
    'mac',
    'payload-bytes',
    'history',
    'tcp-flags',
    'link-flow',
    'arp',
    'dhcp-options',
  ]) {
    assert.ok(!lacks(heard).has(fact), fact)
  }
})

/** Messages that EVE tells in one record with the one before them: their time is that record's. */
const GATHERED = new Set(['tls server-hello', 'tls certificate', 'http response', 'ssh banner'])

test('EVE: the same messages, field by field', async () => {
  const heard = await hear([eveFile(eve)])
  const told = ({
    protocol,
    flow,
    time,
    source,
    destination,
    fromOriginator,
    fields,
  }: HeardTransaction) => {
    const gathered = GATHERED.has(`${protocol} ${String(fields.kind)}`)
    const members = Object.entries(fields).filter(([, value]) => value !== undefined)
    return JSON.stringify([
      protocol,
      flow,
      gathered ? 'in its record' : time,
      gathered ? address(source) : source,
      destination,
      fromOriginator,
      members.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ])
  }
  assert.deepEqual(
    heard.transactions.map(told).toSorted(),
    capture.transactions.map(told).toSorted(),
  )
})

const macsOf = (devices: readonly Device[]) =>
  devices.map(({ macs }) => [...macs].toSorted().join(' ')).toSorted()
/**
 * Frame numbers, endpoint ids, and the times of messages, of which EVE gathers some in one record.
 */
const OF_SOURCE = new Set(['frame', 'endpoints', 'endpoint', 'time', 'last'])
/** A device without what depends on the source. */
const plain = (device: Device) =>
  JSON.parse(
    JSON.stringify(device, (name, value: unknown) => (OF_SOURCE.has(name) ? undefined : value)),
  ) as object

test('EVE: the same devices, with all that is believed of them', async () => {
  const [expected, found] = [await watch(pcapFile(SAMPLE)), await watch(eveFile(eve))]
  assert.ok(expected.devices.length > 10)
  assert.deepEqual(found.devices.map(plain), expected.devices.map(plain))
})

/**
 * What conn.log has of a flow, MAC addresses aside. Zeek calls all relatives of DNS by its name.
 */
const asZeek = (flow: HeardFlow) => ({
  from: address(flow.originator),
  to: address(flow.responder),
  ports: [flow.originatorPort, flow.responderPort],
  protocol: flow.ipProtocol,
  service: flow.service,
  times: [flow.first, flow.last],
  packets: [flow.originatorPackets, flow.responderPackets],
  bytes: [flow.originatorBytes, flow.responderBytes],
  payload: [flow.originatorPayload, flow.responderPayload],
  state: flow.state,
  history: flow.history,
})

test('Zeek: the same flows with IP, in what conn.log has', async () => {
  const heard = await hear([zeekFolder(zeekPlain)])
  assert.deepEqual(heard.anomalies, [])
  const withIp = capture.flows.filter(({ family }) => family !== 2)
  assert.deepEqual(flowsOf(heard.flows, asZeek), flowsOf(withIp, asZeek))
  for (const fact of ['mac', 'link-flow', 'arp', 'dhcp-options', 'tcp-flags', 'link-bytes']) {
    assert.ok(lacks(heard).has(fact), `${fact} is declared as missing`)
  }
  assert.ok(heard.flows.every(({ originator }) => address(originator) === originator))
})

test('Zeek with MAC addresses: the same endpoints', async () => {
  const heard = await hear([zeekFolder(zeekMacs)])
  const ends = ({ originator, responder }: HeardFlow) => ({ originator, responder })
  const withIp = capture.flows.filter(({ family }) => family !== 2)
  assert.deepEqual(flowsOf(heard.flows, ends), flowsOf(withIp, ends))
  assert.ok(!lacks(heard).has('mac'))
})

test('Zeek: names, leases, handshakes and requests are told', async () => {
  const heard = await hear([zeekFolder(zeekPlain)])
  const told = (
    hearing: Hearing,
    protocol: string,
    pick: (fields: HeardTransaction['fields']) => unknown,
  ) =>
    [
      ...new Set(
        hearing.transactions
          .filter((each) => each.protocol === protocol)
          .map((each) => JSON.stringify(pick(each.fields))),
      ),
    ].toSorted()
  const questions = ({ kind, questions: asked }: HeardTransaction['fields']) =>
    kind === 'query' && asked
  const names = (hearing: Hearing) =>
    hearing.flows
      .filter(({ family }) => family !== 2)
      .map(({ first, serverName, nameSource }) => `${first} ${serverName} ${nameSource}`)
      .toSorted()
  assert.deepEqual(told(heard, 'dns', questions), told(capture, 'dns', questions))
  for (const [protocol, ...members] of [
    ['tls', 'kind', 'serverName'],
    ['http', 'kind', 'method', 'uri', 'host', 'userAgent', 'status', 'user'],
    ['dhcp', 'kind', 'clientMac', 'assignedAddress', 'requestedAddress'],
  ]) {
    const pick = (fields: HeardTransaction['fields']) => members.map((member) => fields[member])
    assert.deepEqual(told(heard, protocol, pick), told(capture, protocol, pick), protocol)
  }
  const certificate = ({ kind, chain }: HeardTransaction['fields']) =>
    kind === 'certificate' &&
    (chain as unknown as readonly { sha256: string; commonName: string }[]).map(
      ({ sha256, commonName }) => [sha256, commonName],
    )
  assert.deepEqual(told(heard, 'tls', certificate), told(capture, 'tls', certificate))
  assert.deepEqual(names(heard), names(capture))
})

/** IPv4 addresses that devices have. */
const v4sOf = (devices: readonly Device[]) =>
  new Set(
    devices
      .flatMap((each) => each.addresses.map(({ address: used }) => used))
      .filter((text) => text.includes('.')),
  )

test('Zeek: every device that speaks IPv4 is found by its address', async () => {
  const [expected, found] = [await watch(pcapFile(SAMPLE)), await watch(zeekFolder(zeekPlain))]
  const [known, seen] = [v4sOf(expected.devices), v4sOf(found.devices)]
  assert.deepEqual(
    [...seen].filter((text) => !known.has(text)),
    [],
    'no strangers',
  )
  const silent = new Set(
    [...known].filter((text) => !capture.flows.some((flow) => address(flow.originator) === text)),
  )
  assert.deepEqual(
    [...known].filter((text) => !seen.has(text) && !silent.has(text)),
    [],
  )
})

test('Zeek with MAC addresses: the same devices, but for those that only ARP shows', async () => {
  const [expected, found] = [await watch(pcapFile(SAMPLE)), await watch(zeekFolder(zeekMacs))]
  const known = new Set(macsOf(expected.devices))
  assert.ok(found.devices.length >= expected.devices.length - 2, `${found.devices.length} devices`)
  const strangers = macsOf(found.devices).filter((macs) => macs !== '' && !known.has(macs))
  assert.deepEqual(strangers, [])
})
