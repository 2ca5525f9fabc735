// EVE records written by hand, in the forms of several versions of Suricata; and that no line,
// however broken, stops the reading.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { hear } from '../hearing.ts'
import { eveFile, eveStream, looksLikeEve } from './eve.ts'

const root = mkdtempSync(join(tmpdir(), 'thingward-eve-'))
after(() => rmSync(root, { recursive: true }))
let files = 0

type Record_ = { readonly [name: string]: unknown }

function fileOf(content: string | Buffer): string {
  const path = join(root, `eve-${++files}.json`)
  writeFileSync(path, content)
  return path
}

const linesOf = (records: readonly Record_[]) =>
  records.map((each) => JSON.stringify(each) + '\n').join('')
const hearAll = (records: readonly Record_[]) => hear([eveFile(fileOf(linesOf(records)))])

const head = (event_type: string, more: Record_ = {}): Record_ => ({
  timestamp: '2023-11-14T22:13:20.000001+0000',
  flow_id: 1234567890123456,
  event_type,
  src_ip: '192.0.2.10',
  src_port: 40001,
  dest_ip: '198.51.100.7',
  dest_port: 443,
  proto: 'TCP',
  ...more,
})

const FLOW = head('flow', {
  timestamp: '2023-11-14T22:20:00.000000+0000',
  app_proto: 'tls',
  ether: { src_macs: ['02:00:00:00:00:0a'], dest_macs: ['02:00:00:00:00:01'] },
  vlan: [12, 100],
  flow: {
    pkts_toserver: 8,
    pkts_toclient: 7,
    bytes_toserver: 1053,
    bytes_toclient: 4470,
    start: '2023-11-14T22:13:20.000001+0000',
    end: '2023-11-14T23:13:25.250000+0100',
    age: 5,
    state: 'closed',
    reason: 'timeout',
    alerted: false,
  },
  tcp: { tcp_flags: '1b', tcp_flags_ts: '1b', tcp_flags_tc: '1b', state: 'closed' },
})

test('a flow with its counters, states and MAC addresses', async () => {
  const { flows, started, summaries } = await hearAll([FLOW])
  const [flow] = flows
  assert.equal(started[0].first, 1_700_000_000_000_001)
  assert.equal(flow.last, 1_700_000_005_250_000)
  assert.equal(flow.id, 1234567890123456)
  assert.equal(flow.originator, '02:00:00:00:00:0a 192.0.2.10')
  assert.equal(flow.responder, '02:00:00:00:00:01 198.51.100.7')
  assert.equal(flow.vlan, 12)
  assert.deepEqual(
    [flow.ipProtocol, flow.service, flow.state, flow.end, flow.directionCertain],
    [6, 'tls', 'SF', 'closed', true],
  )
  assert.deepEqual([flow.originatorPackets, flow.responderBytes], [8, 4470])
  const { carries = [], lacks } = summaries[0]
  assert.deepEqual(carries, ['flow', 'link-bytes', 'mac', 'tcp-flags', 'vlan'])
  assert.ok(['payload-bytes', 'history', 'dhcp-options'].every((fact) => lacks.includes(fact)))
})

test('states follow from the flags of both sides', async () => {
  const cases: [string, string, string][] = [
    ['02', '00', 'S0'],
    ['02', '14', 'REJ'],
    ['1a', '1a', 'S1'],
    ['1e', '1b', 'RSTO'],
    ['1a', '1e', 'RSTR'],
    ['1b', '1a', 'S2'],
    ['18', '18', 'OTH'],
  ]
  const records = cases.map(([ts, tc], index) => ({
    ...FLOW,
    flow_id: index + 1,
    tcp: { tcp_flags_ts: ts, tcp_flags_tc: tc },
  }))
  const { flows } = await hearAll(records)
  assert.deepEqual(
    flows.map((flow) => flow.state),
    cases.map(([, , state]) => state),
  )
})

test('two directions of netflow make one flow, and say nothing where flows are told', async () => {
  const told = { start: '2023-11-14T22:13:20.000001+0000', end: '2023-11-14T22:13:25.000000+0000' }
  const up = head('netflow', {
    netflow: { ...told, pkts: 8, bytes: 900 },
    tcp: { tcp_flags: '1b' },
  })
  const down = head('netflow', {
    src_ip: '198.51.100.7',
    src_port: 443,
    dest_ip: '192.0.2.10',
    dest_port: 40001,
    netflow: { ...told, pkts: 7, bytes: 800 },
    tcp: { tcp_flags: '1b' },
  })
  const { flows } = await hearAll([up, down])
  assert.equal(flows.length, 1)
  assert.deepEqual([flows[0].originatorPackets, flows[0].responderPackets], [8, 7])
  assert.equal(flows[0].state, 'SF')
  assert.equal((await hearAll([FLOW, up, down])).flows.length, 1)
})

const toServer = { src_port: 40000, dest_ip: '192.0.2.1', dest_port: 53, proto: 'UDP' }
const ANSWERS = [
  { rrname: 'cloud.example', rrtype: 'CNAME', ttl: 300, rdata: 'Edge.Example' },
  { rrname: 'edge.example', rrtype: 'A', ttl: 60, rdata: '198.51.100.7' },
]
const LATER = { timestamp: '2023-11-14T22:13:20.010001+0000' }

test('dns in versions 1, 2 and 3 tells the same', async () => {
  const ask = { type: 'query', id: 7, rrname: 'Cloud.example', rrtype: 'A', tx_id: 0 }
  const grouped = { CNAME: ['edge.example'], A: ['198.51.100.7'] }
  const rcode = 'NOERROR'
  const fromServer = { src_ip: '192.0.2.1', src_port: 53, dest_ip: '192.0.2.10', dest_port: 40000 }
  const versions = [
    [
      head('dns', { ...toServer, dns: ask }),
      head('dns', {
        ...LATER,
        ...fromServer,
        proto: 'UDP',
        dns: {
          type: 'answer',
          id: 7,
          rcode,
          rrname: 'cloud.example',
          rrtype: 'A',
          ttl: 60,
          rdata: '198.51.100.7',
        },
      }),
    ],
    [
      head('dns', { ...toServer, dns: ask }),
      head('dns', {
        ...LATER,
        ...toServer,
        dns: {
          version: 2,
          type: 'answer',
          id: 7,
          rcode,
          rrname: 'cloud.example',
          rrtype: 'A',
          answers: ANSWERS,
          grouped,
        },
      }),
    ],
    [
      head('dns', {
        ...toServer,
        dns: {
          version: 3,
          type: 'request',
          id: 7,
          queries: [{ rrname: 'cloud.example', rrtype: 'A' }],
        },
      }),
      head('dns', {
        ...LATER,
        ...toServer,
        dns: {
          version: 3,
          type: 'response',
          id: 7,
          rcode,
          queries: [{ rrname: 'cloud.example', rrtype: 'A' }],
          answers: ANSWERS,
        },
      }),
    ],
  ]
  for (const records of versions) {
    const { transactions } = await hearAll(records)
    const [query, answer] = transactions
    assert.equal(query.source, '192.0.2.10')
    assert.deepEqual(query.fields.questions, [{ name: 'cloud.example', type: 'A' }])
    assert.equal(answer.source, '192.0.2.1')
    assert.equal(answer.fromOriginator, false)
    assert.equal(answer.fields.rcode, 'NOERROR')
    const answers = answer.fields.answers as readonly { type: string; data: string; ttl: number }[]
    assert.ok(
      answers.some(({ type, data, ttl }) => type === 'A' && data === '198.51.100.7' && ttl === 60),
    )
  }
  const first = await hearAll(versions[0].slice(1))
  assert.equal(first.transactions[0].source, '192.0.2.1', 'an answer alone, written by its sender')
})

test('a name that DNS told is the name of the flow that follows', async () => {
  const dns = {
    version: 2,
    type: 'answer',
    id: 7,
    rrname: 'cloud.example',
    rrtype: 'A',
    answers: ANSWERS,
  }
  const early = { timestamp: '2023-11-14T22:13:19.000000+0000', flow_id: 5 }
  const { flows } = await hearAll([FLOW, head('dns', { ...toServer, ...early, dns })])
  assert.deepEqual([flows[0].serverName, flows[0].nameSource], ['cloud.example', 'dns'])
})

test('a TLS record is told as hello, answer and certificate', async () => {
  const tls = {
    subject: 'C=DE, O=Maker, CN=cam.example',
    issuerdn: 'C=DE, O=Maker, CN=Maker CA',
    serial: '0C:00:99',
    fingerprint: '8f:51',
    sni: 'Cam.Example',
    version: 'TLS 1.2',
    notbefore: '2017-01-04T10:48:43',
    notafter: '2027-03-29T10:18:00',
    ja4: 't12d1516h2_8daaf6152771_02713d6af862',
    client_alpns: ['h2', 'http/1.1'],
    certificate: Buffer.from('not really').toString('base64'),
  }
  const { transactions, flows } = await hearAll([FLOW, head('tls', { ...LATER, tls })])
  assert.deepEqual(
    transactions.map(({ fields, fromOriginator }) => [fields.kind, fromOriginator]),
    [
      ['client-hello', true],
      ['server-hello', false],
      ['certificate', false],
    ],
  )
  assert.deepEqual(transactions[0].fields.alpn, ['h2', 'http/1.1'])
  assert.equal(transactions[1].fields.version, 'TLSv1.2')
  const [certificate] = transactions[2].fields.chain as readonly Record_[]
  assert.equal(certificate.commonName, 'cam.example')
  assert.equal(certificate.serial, '0c0099')
  assert.equal(certificate.notBefore, '2017-01-04T10:48:43Z')
  assert.match(String(certificate.sha256), /^[0-9a-f]{64}$/)
  assert.deepEqual([flows[0].serverName, flows[0].nameSource], ['cam.example', 'tls'])
})

test('dhcp, arp, mqtt, snmp, modbus, and never a password', async () => {
  const mac = '02:00:00:00:00:0a'
  const { transactions } = await hearAll([
    head('dhcp', {
      flow_id: 1,
      src_ip: '192.0.2.1',
      src_port: 67,
      dest_ip: '255.255.255.255',
      dest_port: 68,
      dhcp: {
        type: 'reply',
        id: 9,
        client_mac: mac,
        assigned_ip: '192.0.2.10',
        dhcp_type: 'ack',
        hostname: 'cam',
        client_id: '01:02:00',
        lease_time: 60,
      },
    }),
    head('arp', {
      flow_id: undefined,
      src_ip: undefined,
      dest_ip: undefined,
      arp: {
        opcode: 'reply',
        src_mac: mac,
        src_ip: '192.0.2.10',
        dest_mac: '02:00:00:00:00:01',
        dest_ip: '192.0.2.1',
      },
    }),
    head('mqtt', {
      flow_id: 2,
      mqtt: {
        connect: {
          protocol_version: 4,
          client_id: 'cam-1',
          username: 'cam',
          password: 'hunter2',
          flags: { password: true, clean_session: true },
        },
        connack: { return_code: 5 },
      },
    }),
    head('snmp', {
      flow_id: 3,
      snmp: {
        version: 2,
        community: 'hunter2',
        pdu_type: 'get_request',
        vars: ['1.3.6.1.2.1.1.1.0'],
      },
    }),
    head('modbus', {
      flow_id: 4,
      modbus: {
        id: 1,
        request: {
          unit_id: 3,
          function_raw: 6,
          function_code: 'WrSingleReg',
          write: { address: 40, data: 1 },
        },
        response: { unit_id: 3, function_raw: 134, exception: { raw: 2, code: 'IllegalDataAddr' } },
      },
    }),
  ])
  const kinds = transactions.map(({ protocol, fields }) => `${protocol} ${String(fields.kind)}`)
  assert.deepEqual(kinds, [
    'dhcp ack',
    'arp reply',
    'mqtt connect',
    'mqtt connack',
    'snmp get',
    'modbus request',
    'modbus exception',
  ])
  assert.equal(transactions[0].source, '192.0.2.1')
  assert.equal(transactions[0].fields.clientId, '010200')
  assert.equal(transactions[1].source, mac)
  assert.equal(transactions[2].fields.credentials, 'password')
  assert.equal(transactions[3].fields.accepted, false)
  assert.equal(transactions[4].fields.communityKind, 'other')
  assert.deepEqual(
    [transactions[5].fields.operation, transactions[5].fields.address],
    ['write', 40],
  )
  assert.equal(transactions[6].fields.exception, 2)
  assert.ok(!JSON.stringify(transactions).includes('hunter2'))
})

test('broken lines are counted with their numbers, the others are read', async () => {
  const good = JSON.stringify(FLOW)
  const lines = [
    good,
    good.slice(0, 200),
    'null',
    `{"event_type":"flow","timestamp":"${'x'.repeat(1_100_000)}"}`,
    `{"event_type":"flow","timestamp":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    '{"event_type":"dns","timestamp":"2023-11-14T22:13:20.0+0000","dns":[],"src_ip":{}}',
    '{"event_type":"stats","stats":{}}',
    '{"event_type":"__proto__","__proto__":{"flow":1}}',
    JSON.stringify({
      ...FLOW,
      flow: 'gone',
      tcp: null,
      ether: 4,
      vlan: 'x',
      src_port: -1,
      proto: [],
    }),
    '{"event_type":"flow"',
  ]
  const path = fileOf(gzipSync(lines.join('\n')))
  const { flows, anomalies, summaries } = await hear([eveFile(path)])
  assert.equal(flows.length, 2)
  const counted = Object.fromEntries(
    anomalies.map(({ name, samples }) => [name, samples.map(({ frame }) => frame)]),
  )
  assert.deepEqual(counted, {
    'log-broken-json': [2, 3, 10],
    'eve-bad-time': [5],
    'log-line-too-long': [4],
  })
  assert.deepEqual(summaries[0].unread, ['__proto__', 'stats'])
})

test('no damaged record stops the reading', async () => {
  const records = [
    FLOW,
    head('dns', {
      dns: {
        version: 3,
        type: 'response',
        id: 7,
        queries: [],
        answers: ANSWERS,
      },
    }),
    head('dns', { dns: { type: 'answer', grouped: { A: ['1.2.3.4'], TXT: ['x'] }, rrname: 'a' } }),
    head('mdns', {
      mdns: {
        type: 'response',
        answers: [
          { rrname: 'a', txt: ['b'] },
          { rrname: 'c', srv: { name: 'd', port: 1 } },
        ],
      },
    }),
    head('tls', {
      tls: { sni: 'a', version: 'TLS 1.2', subject: 'CN=a', issuerdn: 'CN=a', chain: ['eA=='] },
    }),
    head('quic', { quic: { version: '1', sni: 'a', extensions: [{ type: 16, values: ['h3'] }] } }),
    head('enip', {
      enip: {
        request: { cip: { service: 'GetAttrAll' } },
        response: { identity: { product_code: 3 } },
      },
    }),
    head('dnp3', {
      dnp3: {
        request: { application: { function_code: 5 } },
        response: { application: { function_code: 129 } },
      },
    }),
    head('bacnet', { bacnet: { kind: 'unconfirmed', service: 'i-am' } }),
  ].map((each) => JSON.stringify(each))
  const values = [
    'null',
    '0',
    '-1',
    '""',
    '[]',
    '{}',
    '1e400',
    'true',
    '"\\ud800"',
    '[[{}]]',
    '9007199254740993',
  ]
  const damage = fc.record({
    record: fc.constantFrom(...records),
    at: fc.nat({ max: 60 }),
    value: fc.constantFrom(...values),
    cut: fc.option(fc.nat({ max: 400 })),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 20 }), async (damages) => {
      const lines = damages.map(({ record, at, value, cut }) => {
        // Another value in place of the one behind the nth colon.
        let turn = 0
        const broken = record.replace(/:("[^"]*"|\d+|\[|\{)/g, (found, old: string) => {
          const isOpen = old === '[' || old === '{'
          return turn++ === at ? `:${value}${isOpen ? `,"rest":${old}` : ''}` : found
        })
        return cut === null ? broken : broken.slice(0, cut)
      })
      const { started, flows } = await hear([
        eveStream('-', Readable.from([Buffer.from(lines.join('\n'))])),
      ])
      assert.equal(started.length, flows.length)
    }),
    { numRuns: 120 },
  )
})

test('lines of a second log are told apart from those of the first', async () => {
  const paths = [fileOf(linesOf([FLOW, FLOW])), fileOf(`\n${linesOf([FLOW])}`)]
  const { flows, sensor, summaries } = await hear(paths.map(eveFile))
  assert.deepEqual(
    flows.map(({ frame }) => sensor.placeOf(frame)),
    [
      { source: paths[0], frame: 1, unit: 'line' },
      { source: paths[0], frame: 2, unit: 'line' },
      { source: paths[1], frame: 2, unit: 'line' },
    ],
  )
  assert.equal(sensor.frames, 0)
  assert.deepEqual(
    summaries.map(({ records, lines }) => [records, lines]),
    [
      [2, 2],
      [1, 2],
    ],
  )
})

test('what looks like EVE and what does not', () => {
  assert.ok(looksLikeEve(Buffer.from(' {"timestamp":"x","event_type":"flow"}')))
  assert.ok(!looksLikeEve(Buffer.from('{"ts":1,"uid":"C1"}')))
  assert.ok(!looksLikeEve(Buffer.from([0xd4, 0xc3, 0xb2, 0xa1])))
})
