// EVE records: what each looks like to a reader of Suricata's format, and that every line parses
// whatever the texts on the wire were.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { AddressBook, parseMac } from '../core/addresses.ts'
import { EndpointTable, Flow, type Fields, type Transaction } from '../flow/index.ts'
import type { Finding } from '../finding/index.ts'
import { communityId } from './community-id.ts'
import { EveWriter } from './eve.ts'
import { FlowLines } from './flow-lines.ts'

type Record_ = { readonly [name: string]: unknown }

function bench(options: { communityId?: boolean } = {}) {
  const addresses = new AddressBook(64)
  const endpoints = new EndpointTable(1024, addresses)
  const chunks: Buffer[] = []
  const writer = new EveWriter({
    endpoints,
    sink: (bytes) => void chunks.push(Buffer.from(bytes)),
    ...options,
  })
  const endpoint = (mac: string, address: string, vlan = 0) =>
    endpoints.internKeys(parseMac(mac), addresses.parse(address), vlan)
  const records = (): Record_[] => {
    writer.finish()
    const lines = Buffer.concat(chunks.splice(0)).toString('utf8').split('\n')
    assert.equal(lines.pop(), '')
    return lines.map((line) => JSON.parse(line) as Record_)
  }
  const from = endpoint('02:00:00:00:00:0a', '192.0.2.10')
  const to = endpoint('02:00:00:00:00:01', '198.51.100.7')
  const say = (protocol: string, fields: Fields, more: Partial<Transaction> = {}) => {
    const fromOriginator = more.fromOriginator ?? true
    writer.transaction({
      protocol,
      time: 1_700_000_000_000_001,
      frame: 7,
      flow: 8,
      source: fromOriginator ? from : to,
      destination: fromOriginator ? to : from,
      sourcePort: fromOriginator ? 40_000 : 443,
      destinationPort: fromOriginator ? 443 : 40_000,
      fromOriginator,
      fields,
      ...more,
    })
  }
  return { writer, endpoint, endpoints, records, say, from, to }
}

function flowOf(originator: number, responder: number, more: Partial<Flow> = {}): Flow {
  return Object.assign(new Flow(), {
    id: 8,
    originator,
    responder,
    ipProtocol: 6,
    originatorPort: 40_000,
    responderPort: 443,
    service: 'tls',
    first: 1_700_000_000_000_001,
    last: 1_700_000_005_250_000,
    originatorPackets: 8,
    responderPackets: 7,
    originatorBytes: 1053,
    responderBytes: 6_000_000_000,
    originatorPayload: 517,
    responderPayload: 4000,
    originatorFlags: 0x1b,
    responderFlags: 0x1a,
    state: 'S2',
    history: 'ShADadF',
    serverName: 'cam.example',
    nameSource: 'tls',
    ...more,
  })
}

test('a flow record has the fields and the layout of Suricata 8', () => {
  const { writer, records, endpoint } = bench()
  const from = endpoint('02:00:00:00:00:0a', '192.0.2.10', 12)
  const to = endpoint('02:00:00:00:00:01', '198.51.100.7', 12)
  writer.flowEnd(flowOf(from, to, { vlan: 12, end: 'idle' }))
  assert.deepEqual(records(), [
    {
      timestamp: '2023-11-14T22:13:25.250000+0000',
      flow_id: 8,
      event_type: 'flow',
      vlan: [12],
      src_ip: '192.0.2.10',
      src_port: 40000,
      dest_ip: '198.51.100.7',
      dest_port: 443,
      ip_v: 4,
      proto: 'TCP',
      app_proto: 'tls',
      flow: {
        pkts_toserver: 8,
        pkts_toclient: 7,
        bytes_toserver: 1053,
        bytes_toclient: 6_000_000_000,
        start: '2023-11-14T22:13:20.000001+0000',
        end: '2023-11-14T22:13:25.250000+0000',
        age: 5,
        state: 'established',
        reason: 'timeout',
        alerted: false,
      },
      ether: { dest_macs: ['02:00:00:00:00:01'], src_macs: ['02:00:00:00:00:0a'] },
      tcp: {
        tcp_flags: '1b',
        tcp_flags_ts: '1b',
        tcp_flags_tc: '1a',
        syn: true,
        fin: true,
        psh: true,
        ack: true,
        state: 'fin_wait1',
      },
      thingward: {
        payload_toserver: 517,
        payload_toclient: 4000,
        state: 'S2',
        history: 'ShADadF',
        server_name: 'cam.example',
        name_source: 'tls',
      },
    },
  ])
})

test('flows of ICMP, without IP, without MAC, and their reasons', () => {
  const { writer, records, endpoint } = bench()
  const a = endpoint('', 'fe80::1')
  const b = endpoint('', 'fe80::2')
  const icmp = { family: 1, ipProtocol: 58, originatorPort: 128, responderPort: 0, service: '' }
  writer.flowEnd(flowOf(a, b, { ...icmp, end: 'end-of-source' }))
  const link = {
    family: 2,
    ipProtocol: 0x88cc,
    originatorPort: 0,
    responderPort: 0,
    end: 'evicted',
  } as const
  writer.flowEnd(flowOf(endpoint('02:00:00:00:00:0a', ''), endpoint('01:80:c2:00:00:0e', ''), link))
  const closed = {
    originatorFlags: 0x1f,
    end: 'closed',
    retransmissions: 3,
    gaps: 1,
    serverName: '',
  } as const
  writer.flowEnd(flowOf(a, b, closed))
  const [first, second, third] = records()
  assert.deepEqual(
    [first.icmp_type, first.icmp_code, first.proto, first.ip_v],
    [128, 0, 'IPv6-ICMP', 6],
  )
  assert.ok(
    !('ether' in first) && !('src_port' in first) && !('app_proto' in first) && !('tcp' in first),
  )
  assert.equal((first.flow as Record_).reason, 'shutdown')
  assert.ok(!('src_ip' in second) && !('proto' in second))
  assert.equal((second.ether as Record_).ether_type, 0x88cc)
  assert.equal((second.flow as Record_).reason, 'forced')
  assert.equal((third.flow as Record_).state, 'closed')
  assert.equal((third.thingward as Record_).retransmissions, 3)
  assert.equal((third.thingward as Record_).gaps, 1)
})

test('dns in version 3, in the direction of the flow', () => {
  const { say, records } = bench()
  const questions = [{ name: 'cloud.example', type: 'A' }]
  say('dns', { kind: 'query', id: 7, questions, answers: [] }, { ipProtocol: 17 })
  const answers = [
    { name: 'cloud.example', type: 'A', ttl: 60, data: '198.51.100.7' },
    { name: '_x._tcp.example', type: 'SRV', ttl: 9, data: 'h.example', port: 8883 },
    { name: 't.example', type: 'TXT', ttl: 9, data: ['a=1', 'b="2"'] },
  ]
  const response = {
    kind: 'response',
    id: 7,
    questions,
    answers,
    rcode: 'NOERROR',
    truncated: true,
  }
  say('dns', response, { fromOriginator: false, ipProtocol: 17 })
  const [query, answer] = records()
  assert.deepEqual(query.dns, {
    version: 3,
    type: 'request',
    id: 7,
    queries: [{ rrname: 'cloud.example', rrtype: 'A' }],
  })
  assert.deepEqual(
    [query.proto, query.direction, query.pcap_cnt, query.src_ip],
    ['UDP', 'to_server', 7, '192.0.2.10'],
  )
  assert.deepEqual(
    [answer.src_ip, answer.src_port, answer.direction],
    ['192.0.2.10', 40000, 'to_client'],
  )
  assert.deepEqual(answer.ether, { src_mac: '02:00:00:00:00:0a', dest_mac: '02:00:00:00:00:01' })
  assert.deepEqual(answer.dns, {
    version: 3,
    type: 'response',
    id: 7,
    tc: true,
    rcode: 'NOERROR',
    queries: [{ rrname: 'cloud.example', rrtype: 'A' }],
    answers: [
      { rrname: 'cloud.example', rrtype: 'A', ttl: 60, rdata: '198.51.100.7' },
      { rrname: '_x._tcp.example', rrtype: 'SRV', ttl: 9, srv: { name: 'h.example', port: 8883 } },
      { rrname: 't.example', rrtype: 'TXT', ttl: 9, rdata: 'a=1' },
      { rrname: 't.example', rrtype: 'TXT', ttl: 9, rdata: 'b="2"' },
    ],
  })
})

const HELLO = {
  kind: 'client-hello',
  serverName: 'cam.example',
  alpn: ['h2'],
  version: 'TLSv1.3',
  versions: ['TLSv1.3', 'TLSv1.2'],
  ja4: 't13d1516h2_8daaf6152771_02713d6af862',
  cipherCount: 15,
}
const CERTIFICATE = {
  subject: 'CN=cam.example,O=Maker\\, Inc.',
  issuer: 'CN=Maker CA',
  serial: '0c0099',
  notBefore: '2017-01-04T10:48:43Z',
  notAfter: '2027-03-29T10:18:00Z',
  names: ['cam.example'],
  sha256: 'ab'.repeat(32),
}

test('a TLS handshake is one record, written when it is whole', () => {
  const { say, records, writer } = bench()
  const back = { fromOriginator: false }
  say('tls', HELLO)
  say('tls', { kind: 'server-hello', version: 'TLSv1.2', cipher: 'c02f', alpn: 'h2' }, back)
  assert.equal(writer.written, 0, 'the certificate is still to come')
  say('tls', { kind: 'certificate', chain: [CERTIFICATE], from: 'server' }, back)
  assert.equal(writer.written, 1)
  say('tls', HELLO, { flow: 16 })
  say('tls', { kind: 'server-hello', version: 'TLSv1.3', cipher: '1301' }, { ...back, flow: 16 })
  assert.equal(writer.written, 2, 'TLS 1.3 shows no certificate')
  say('tls', HELLO, { flow: 24 })
  const [first, second, third] = records()
  assert.deepEqual(first.tls, {
    subject: 'O=Maker, Inc., CN=cam.example',
    issuerdn: 'CN=Maker CA',
    serial: '0C:00:99',
    notbefore: '2017-01-04T10:48:43',
    notafter: '2027-03-29T10:18:00',
    subjectaltname: ['cam.example'],
    sni: 'cam.example',
    version: 'TLS 1.2',
    ja4: HELLO.ja4,
    client_alpns: ['h2'],
    server_alpns: ['h2'],
    client_handshake: { version: 'TLS 1.3' },
    server_handshake: { cipher: 0xc02f },
  })
  assert.deepEqual((first.thingward as Record_).chain, [CERTIFICATE])
  assert.equal((second.tls as Record_).version, 'TLS 1.3')
  assert.equal((third.tls as Record_).sni, 'cam.example', 'nobody answered')
})

test('a request and its response are one record; one alone waits for the flow’s end', () => {
  const { say, records, writer, from, to } = bench()
  say('http', {
    kind: 'request',
    method: 'GET',
    uri: '/a?b',
    host: 'cam.example:8080',
    user: 'admin',
  })
  say(
    'http',
    { kind: 'response', status: 401, server: 'x/1', realm: 'cam' },
    { fromOriginator: false },
  )
  say('http', { kind: 'request', method: 'PUT', uri: '/' })
  writer.flowEnd(flowOf(from, to))
  const [both, alone, flow] = records()
  assert.deepEqual(both.http, {
    hostname: 'cam.example',
    http_port: 8080,
    url: '/a?b',
    http_method: 'GET',
    server: 'x/1',
    status: 401,
  })
  assert.deepEqual(both.thingward, { request: { user: 'admin' }, response: { realm: 'cam' } })
  assert.equal((alone.http as Record_).http_method, 'PUT')
  assert.equal(flow.event_type, 'flow')
})

test('protocols that Suricata does not know keep our words, never a community', () => {
  const { say, records } = bench()
  say('bacnet', { kind: 'unconfirmed', service: 'i-am', operation: 'discovery', bvlc: 'x' })
  say('snmp', { kind: 'get', version: '2c', communityKind: 'other', names: ['1.3.6'] })
  say(
    'modbus',
    {
      kind: 'exception',
      unit: 1,
      function: 6,
      operation: 'write',
      name: 'write single register',
      exception: 2,
    },
    { fromOriginator: false },
  )
  const [bacnet, snmp, modbus] = records()
  assert.deepEqual([bacnet.event_type, bacnet.proto], ['bacnet', 'UDP'])
  assert.deepEqual(bacnet.bacnet, {
    kind: 'unconfirmed',
    service: 'i-am',
    operation: 'discovery',
    bvlc: 'x',
  })
  assert.deepEqual(snmp.snmp, { version: 2, pdu_type: 'get_request', vars: ['1.3.6'] })
  assert.deepEqual(modbus.modbus, {
    response: {
      unit_id: 1,
      function_raw: 134,
      function_code: 'WrSingleReg',
      exception: { raw: 2 },
    },
  })
})

test('findings are alerts, oddities are anomalies', () => {
  const { writer, records } = bench()
  const finding: Finding = {
    id: 'abc',
    detector: 'telnet-brute-force',
    title: 'Guessing passwords over Telnet',
    severity: 'high',
    confidence: 0.9,
    time: 1_700_000_000_000_001,
    window: { from: 0, to: 1 },
    device: 'd1',
    sources: [{ address: '192.0.2.66', mac: '02:00:00:00:00:66', device: '' }],
    targets: [{ address: '192.0.2.10', mac: '', device: 'd1' }],
    expected: 'few log-ins',
    seen: '40 in a minute',
    count: 40,
    evidence: [{ source: 'a.pcap', frame: 99, time: 0 }],
    techniques: ['T1110'],
    respond: 'block it',
    falsePositives: '',
  }
  writer.finding(finding)
  writer.anomaly({
    name: 'ipv4-bad-length',
    count: 3,
    samples: [{ source: 'a', frame: 5, time: 1_000_000 }],
  })
  const [alert, anomaly] = records()
  const told = alert.alert as Record_
  assert.deepEqual(
    [alert.event_type, alert.src_ip, alert.dest_ip, alert.pcap_cnt],
    ['alert', '192.0.2.66', '192.0.2.10', 99],
  )
  assert.deepEqual(
    [told.severity, told.category, told.action],
    [1, 'telnet-brute-force', 'allowed'],
  )
  assert.ok((told.signature_id as number) >= 90_000_000)
  assert.deepEqual(told.metadata, { confidence: ['High'], mitre_technique_id: ['T1110'] })
  assert.deepEqual(anomaly.anomaly, { type: 'decode', event: 'ipv4-bad-length' })
  assert.equal(anomaly.timestamp, '1970-01-01T00:00:01.000000+0000')
})

test('Community ID of the specification’s own examples', () => {
  const { endpoint, endpoints, writer, records } = bench({ communityId: true })
  const flow = (a: string, b: string, more: Partial<Flow>) =>
    flowOf(endpoint('', a), endpoint('', b), { originatorPort: 0, responderPort: 0, ...more })
  const tcp = { originatorPort: 34855, responderPort: 80 }
  const forward = flow('128.232.110.120', '66.35.250.204', tcp)
  assert.equal(communityId(forward, endpoints), '1:LQU9qZlK+B5F3KDmev6m5PMibrg=')
  const backward = flow('66.35.250.204', '128.232.110.120', {
    originatorPort: 80,
    responderPort: 34855,
  })
  assert.equal(communityId(backward, endpoints), '1:LQU9qZlK+B5F3KDmev6m5PMibrg=')
  writer.flowEnd(forward)
  assert.equal(records()[0].community_id, '1:LQU9qZlK+B5F3KDmev6m5PMibrg=')
})

test('every line parses and brings every text back, whatever was on the wire', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom('"', '\\', '\n', '\r', '\0', '\u007f', '\ud800', '\u2028', '漢', 'a'),
      maxLength: 20,
    }),
  )
  fc.assert(
    fc.property(text, text, fc.integer(), fc.boolean(), (one, two, number, fromOriginator) => {
      const { say, records, writer, from, to } = bench()
      const more = { fromOriginator }
      const answers = [{ name: one, type: two, ttl: number, data: two }]
      say(
        'dns',
        { kind: 'response', id: 1, questions: [{ name: one, type: two }], answers, rcode: two },
        more,
      )
      say('http', { kind: 'request', method: one, uri: two, host: one, userAgent: two }, more)
      say('tls', { ...HELLO, serverName: one, alpn: [two] }, { ...more, flow: 24 })
      say('mqtt', { kind: 'connect', version: '5', clientId: one, user: two, will: one }, more)
      say(
        'mdns',
        {
          kind: 'response',
          id: 0,
          questions: [],
          answers: [{ name: one, type: 'TXT', ttl: 1, data: [two] }],
        },
        more,
      )
      say('bacnet', { kind: one, [two]: [one, number, null, true] }, more)
      writer.flowEnd(flowOf(from, to, { serverName: one, service: two, history: two.slice(0, 20) }))
      const byType = new Map(records().map((each) => [String(each.event_type), each]))
      const told = (type: string) => byType.get(type)![type] as Record_
      assert.deepEqual(told('dns').queries, [{ rrname: one, rrtype: two }])
      assert.equal(told('dns').rcode, two)
      assert.equal(told('http').http_user_agent, two)
      assert.equal(told('tls').sni, one)
      assert.equal((told('mqtt').connect as Record_).client_id, one)
      assert.equal(told('bacnet').kind, one)
      assert.equal(byType.get('flow')!.app_proto ?? '', two)
    }),
    { numRuns: 200 },
  )
})

test('what turned to TLS is named as Suricata names it', () => {
  const { endpoints, from, to } = bench()
  const chunks: Buffer[] = []
  const writer = new EveWriter({ endpoints, sink: (bytes) => void chunks.push(Buffer.from(bytes)) })
  writer.flowEnd(flowOf(from, to, { service: 'smtp-tls' }))
  writer.finish()
  const record: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8').split('\n')[0])
  assert.partialDeepStrictEqual(record, { app_proto: 'tls', app_proto_orig: 'smtp' })
})

test('flows in our own words', () => {
  const { endpoints, from, to } = bench()
  const chunks: Buffer[] = []
  const lines = new FlowLines({ endpoints, sink: (bytes) => void chunks.push(Buffer.from(bytes)) })
  lines.flowEnd(flowOf(from, to, { serverName: 'ü"', end: 'closed' }))
  lines.finish()
  assert.deepEqual(JSON.parse(Buffer.concat(chunks).toString('utf8')), {
    id: 8,
    first: '2023-11-14T22:13:20.000001Z',
    last: '2023-11-14T22:13:25.250000Z',
    family: 'ipv4',
    vlan: 0,
    ipProtocol: 6,
    service: 'tls',
    originator: {
      address: '192.0.2.10',
      mac: '02:00:00:00:00:0a',
      port: 40000,
      packets: 8,
      bytes: 1053,
      payloadBytes: 517,
      tcpFlags: 27,
    },
    responder: {
      address: '198.51.100.7',
      mac: '02:00:00:00:00:01',
      port: 443,
      packets: 7,
      bytes: 6_000_000_000,
      payloadBytes: 4000,
      tcpFlags: 26,
    },
    retransmissions: 0,
    gaps: 0,
    state: 'S2',
    history: 'ShADadF',
    frame: 0,
    serverName: 'ü"',
    nameSource: 'tls',
    directionCertain: false,
    end: 'closed',
  })
  assert.equal(lines.written, 1)
})
