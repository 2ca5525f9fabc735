// Zeek folders written by hand: what is heard of them, in which order, in TSV and JSON alike; and
// that no line, however broken, stops the reading.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { hear, type Hearing } from '../hearing.ts'
import { isZeekFolder, zeekFolder } from './zeek.ts'

const root = mkdtempSync(join(tmpdir(), 'thingward-zeek-'))
after(() => rmSync(root, { recursive: true }))
let folders = 0

type Row = Record<string, string | number | boolean | readonly string[] | undefined>

/** A folder with these files; contents may be compressed. */
function folderOf(files: Record<string, string | Buffer>): string {
  const folder = join(root, String(++folders))
  mkdirSync(folder)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

function tsv(path: string, rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const value = (each: Row[string]) => {
    if (each === undefined) return '-'
    if (typeof each === 'boolean') return each ? 'T' : 'F'
    if (typeof each !== 'object') return String(each)
    return each.length > 0 ? each.join(',') : '(empty)'
  }
  return [
    '#separator \\x09',
    '#set_separator\t,',
    '#empty_field\t(empty)',
    '#unset_field\t-',
    `#path\t${path}`,
    `#fields\t${columns.join('\t')}`,
    ...rows.map((row) => columns.map((column) => value(row[column])).join('\t')),
    '#close\t2026-01-01-00-00-00\n',
  ].join('\n')
}

const NUMBERS =
  /^(ts|duration|rtt|orig_\w*|resp_(bytes|pkts|ip_bytes)|trans_id|qtype|lease_time|id\.\w+_p)$/
const json = (rows: readonly Row[]): string =>
  rows
    .map((row) => {
      const entries = Object.entries(row).filter(([, value]) => value !== undefined)
      const parts = entries.map(([name, value]) => {
        const bare =
          NUMBERS.test(name) && name !== 'orig_l2_addr' ? String(value) : JSON.stringify(value)
        return `${JSON.stringify(name)}:${bare}`
      })
      return `{${parts.join(',')}}\n`
    })
    .join('')

const conn = (uid: string, ts: string, duration: string, more: Row = {}): Row => ({
  ts,
  uid,
  'id.orig_h': '192.0.2.10',
  'id.orig_p': 40001,
  'id.resp_h': '198.51.100.7',
  'id.resp_p': 443,
  proto: 'tcp',
  service: 'ssl',
  duration,
  orig_bytes: 517,
  resp_bytes: 4000,
  conn_state: 'SF',
  history: 'ShADadFf',
  orig_pkts: 8,
  orig_ip_bytes: 941,
  resp_pkts: 7,
  resp_ip_bytes: 4372,
  ...more,
})

const ends = {
  'id.orig_h': '192.0.2.10',
  'id.orig_p': 40001,
  'id.resp_h': '192.0.2.1',
  'id.resp_p': 53,
}
const CONN = [
  conn('Cdns', '1700000000.000001', '0.020000', {
    ...ends,
    proto: 'udp',
    service: 'dns',
    history: 'Dd',
  }),
  conn('Clate', '1700000005.000000', '0.5'),
  conn('Cweb', '1700000001.250000', '60.000001'),
]
const DNS: Row[] = [
  {
    ts: '1700000000.000001',
    uid: 'Cdns',
    ...ends,
    proto: 'udp',
    trans_id: 7,
    rtt: '0.020000',
    query: 'Cloud.Example.',
    qtype_name: 'A',
    rcode_name: 'NOERROR',
    answers: ['edge.example', '198.51.100.7'],
    TTLs: ['300.000000', '60.000000'],
  },
]

test('TSV and JSON logs tell the same, in the order of time', async () => {
  const forms: Record<string, string | Buffer>[] = [
    { 'conn.log': tsv('conn', CONN), 'dns.log': tsv('dns', DNS) },
    { 'conn.log': json(CONN), 'dns.log': json(DNS) },
    { 'conn.00:00:00-01:00:00.log.gz': gzipSync(tsv('conn', CONN)), 'dns.log': json(DNS) },
    { '2023-11-14/conn.log.zst': zstdCompressSync(json(CONN)), 'dns.log': tsv('dns', DNS) },
  ]
  const hearings: Hearing[] = []
  for (const files of forms) {
    const folder = folderOf(files)
    assert.ok(await isZeekFolder(folder))
    hearings.push(await hear([zeekFolder(folder)]))
  }
  const told = ({ flows, transactions }: Hearing) => ({
    flows: flows.map((flow) => ({ ...flow, frame: 0, id: 0 })),
    transactions: transactions.map((said) => ({ ...said, frame: 0, flow: 0 })),
  })
  for (const hearing of hearings) {
    assert.deepEqual(told(hearing), told(hearings[0]))
    assert.deepEqual(hearing.anomalies, [])
    assert.equal(hearing.summaries[0].problem, undefined)
  }
  const [{ flows, started, transactions, summaries }] = hearings
  assert.deepEqual(
    started.map((flow) => [flow.first, flow.responder, flow.serverName]),
    [
      [1_700_000_000_000_001, '192.0.2.1', ''],
      [1_700_000_001_250_000, '198.51.100.7', 'cloud.example'],
      [1_700_000_005_000_000, '198.51.100.7', 'cloud.example'],
    ],
  )
  assert.deepEqual(
    flows.map((flow) => [flow.last, flow.service, flow.nameSource]),
    [
      [1_700_000_000_020_001, 'dns', ''],
      [1_700_000_005_500_000, 'tls', 'dns'],
      [1_700_000_061_250_001, 'tls', 'dns'],
    ],
  )
  const [query, answer] = transactions
  assert.equal(query.fromOriginator, true)
  assert.equal(query.frame, 7)
  assert.deepEqual(query.fields.questions, [{ name: 'cloud.example', type: 'A' }])
  assert.deepEqual(answer.fields.answers, [
    { name: 'cloud.example', type: 'CNAME', ttl: 300, data: 'edge.example' },
    { name: 'edge.example', type: 'A', ttl: 60, data: '198.51.100.7' },
  ])
  assert.equal(answer.time, 1_700_000_000_020_001)
  assert.equal(answer.source, '192.0.2.1')
  assert.ok(flows.some((flow) => flow.id === query.flow))
  const [summary] = summaries
  assert.ok(summary.carries?.includes('payload-bytes') && summary.lacks.includes('mac'))
})

test('counters, states and MAC addresses of a connection', async () => {
  const macs = { orig_l2_addr: '02:00:00:00:00:0a', resp_l2_addr: '02:00:00:00:00:01', vlan: 12 }
  const folder = folderOf({ 'conn.log': tsv('conn', [conn('C1', '1700000001.25', '2.5', macs)]) })
  const { flows, summaries } = await hear([zeekFolder(folder)])
  const [flow] = flows
  assert.equal(flow.originator, '02:00:00:00:00:0a 192.0.2.10')
  assert.equal(flow.responder, '02:00:00:00:00:01 198.51.100.7')
  assert.equal(flow.vlan, 12)
  assert.equal(flow.originatorPayload, 517)
  assert.equal(flow.originatorBytes, 941 + 8 * 18)
  assert.equal(flow.originatorFlags, 2 | 16 | 1)
  assert.equal(flow.directionCertain, true)
  assert.equal(flow.state, 'SF')
  assert.equal(flow.end, 'closed')
  assert.ok(['mac', 'vlan'].every((fact) => summaries[0].carries?.includes(fact)))
})

test('a handshake is told with the certificates of x509.log, whichever came first', async () => {
  const print = 'ab'.repeat(32)
  const x509 = tsv('x509', [
    {
      ts: '1699990000.0',
      fingerprint: print,
      'certificate.subject': 'CN=cam.example,O=Maker',
      'certificate.issuer': 'CN=cam.example,O=Maker',
      'certificate.serial': '0A',
      'certificate.not_valid_before': '1600000000.0',
      'certificate.not_valid_after': '1900000000.0',
      'certificate.key_type': 'rsa',
      'certificate.key_length': 2048,
      'san.dns': ['Cam.example'],
    },
  ])
  const ssl = tsv('ssl', [
    {
      ts: '1700000001.25',
      uid: 'C1',
      'id.orig_h': '192.0.2.10',
      'id.orig_p': 40001,
      'id.resp_h': '198.51.100.7',
      'id.resp_p': 443,
      version: 'TLSv12',
      cipher: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
      server_name: 'Cam.Example',
      resumed: false,
      cert_chain_fps: [print],
    },
  ])
  const logs = {
    'ssl.log': ssl,
    'x509.log': x509,
    'conn.log': tsv('conn', [conn('C1', '1700000001.2', '9')]),
  }
  const { transactions, flows } = await hear([zeekFolder(folderOf(logs))])
  assert.deepEqual(
    transactions.map(({ fields, fromOriginator }) => [fields.kind, fromOriginator]),
    [
      ['client-hello', true],
      ['server-hello', false],
      ['certificate', false],
    ],
  )
  assert.equal(transactions[0].fields.serverName, 'cam.example')
  const [certificate] = transactions[2].fields.chain as readonly Record<string, unknown>[]
  assert.equal(certificate.sha256, print)
  assert.equal(certificate.selfSigned, true)
  assert.equal(certificate.notAfter, '2030-03-17T17:46:40Z')
  assert.deepEqual(certificate.names, ['cam.example'])
  assert.equal(flows[0].serverName, 'cam.example')
  assert.equal(flows[0].nameSource, 'tls')
})

test('DHCP conversations, industrial messages, and never a password', async () => {
  const base = { uid: 'C1', 'id.orig_h': '192.0.2.5', 'id.orig_p': 50000, 'id.resp_h': '192.0.2.6' }
  const folder = folderOf({
    'dhcp.log': tsv('dhcp', [
      {
        ts: '1700000000.0',
        uids: ['C9'],
        client_addr: undefined,
        server_addr: '192.0.2.1',
        mac: '02:00:00:00:00:0a',
        host_name: 'Kühl\\x09schrank',
        assigned_addr: '192.0.2.10',
        lease_time: '3600.000000',
        msg_types: ['DISCOVER', 'OFFER', 'REQUEST', 'ACK'],
      },
    ]),
    'modbus.log': tsv('modbus', [
      {
        ts: '1700000001.0',
        ...base,
        'id.resp_p': 502,
        unit: 3,
        func: 'WRITE_SINGLE_REGISTER',
        pdu_type: 'REQ',
      },
      {
        ts: '1700000002.0',
        ...base,
        'id.resp_p': 502,
        unit: 3,
        func: 'WRITE_SINGLE_REGISTER',
        pdu_type: 'RESP',
        exception: 'ILLEGAL_DATA_ADDRESS',
      },
    ]),
    'ftp.log': tsv('ftp', [
      {
        ts: '1700000003.0',
        ...base,
        uid: 'C2',
        'id.resp_p': 21,
        user: 'admin',
        password: 'hunter2',
        command: 'PASS',
        arg: 'hunter2',
        reply_code: 530,
      },
    ]),
    'weird.log': tsv('weird', [{ ts: '1700000004.0', uid: 'C3', name: 'bad_TCP_checksum' }]),
    'pe.log': 'not read',
  })
  const { transactions, anomalies, summaries } = await hear([zeekFolder(folder)])
  const kinds = transactions.map(({ protocol, fields }) => `${protocol} ${String(fields.kind)}`)
  assert.deepEqual(kinds, [
    'dhcp discover',
    'dhcp offer',
    'dhcp request',
    'dhcp ack',
    'modbus request',
    'modbus exception',
    'ftp login',
    'ftp login-result',
  ])
  assert.equal(transactions[0].fields.hostname, 'Kühl.schrank')
  assert.equal(transactions[0].source, '02:00:00:00:00:0a 0.0.0.0')
  assert.equal(transactions[3].fields.leaseSeconds, 3600)
  assert.deepEqual(transactions[4].fields, {
    kind: 'request',
    unit: 3,
    function: 6,
    operation: 'write',
    name: 'write single register',
    exceptionName: undefined,
  })
  assert.equal(transactions[7].fields.accepted, false)
  assert.ok(!JSON.stringify(transactions).includes('hunter2'))
  assert.deepEqual(
    anomalies.map(({ name }) => name),
    ['zeek-bad-tcp-checksum'],
  )
  assert.deepEqual(summaries[0].unread, ['pe'])
})

test('file servers, directories, network access, proxies; no file name, no password', async () => {
  const at = (responderPort: number, more: Row): Row => ({
    ts: '1700000000.5',
    uid: `C${responderPort}`,
    'id.orig_h': '192.0.2.10',
    'id.orig_p': 40001,
    'id.resp_h': '192.0.2.20',
    'id.resp_p': responderPort,
    ...more,
  })
  const file = { action: 'SMB::FILE_WRITE', path: '\\\\fs\\home', name: 'secret.doc' }
  const folder = folderOf({
    'smb_mapping.log': tsv('smb_mapping', [at(445, { path: 'fs-home', share_type: 'DISK' })]),
    'smb_files.log': tsv('smb_files', [at(445, file), at(445, file)]),
    'ntlm.log': tsv('ntlm', [
      at(445, {
        ...{ username: 'anna', hostname: 'PC-7', domainname: 'EXAMPLE', success: false },
        server_nb_computer_name: 'FS-1',
      }),
      at(135, { username: 'bob', hostname: 'PC-8', success: true }),
    ]),
    'ldap.log': tsv('ldap', [
      at(389, {
        opcode: 'bind simple',
        object: 'cn=printer',
        argument: 'REDACTED',
        result: 'success',
      }),
      at(389, { opcode: 'bind simple', object: 'cn=printer', result: 'invalidCredentials' }),
      at(389, { opcode: 'unbind' }),
    ]),
    'radius.log': tsv('radius', [
      at(1812, { username: 'anna', mac: '02:00:00:00:00:0a', result: 'failed' }),
    ]),
    'socks.log': tsv('socks', [
      at(1080, {
        version: 5,
        'request.name': 'www.example.com',
        request_p: 443,
        status: 'succeeded',
      }),
    ]),
    'syslog.log': tsv('syslog', [
      at(514, { proto: 'udp', facility: 'LOCAL4', severity: 'WARNING', message: 'secret' }),
    ]),
  })
  const { transactions, summaries } = await hear([zeekFolder(folder)])
  const said = Map.groupBy(transactions, ({ protocol }) => protocol)
  const of = (protocol: string) =>
    said.get(protocol)?.map(({ fields, fromOriginator }) => {
      const { kind, ...rest } = fields
      return [kind, fromOriginator, ...Object.values(rest).filter((one) => one !== undefined)]
    })
  assert.deepEqual(of('smb'), [
    ['share', true, 'fs-home', 'disk'],
    ['file', true, 'write'],
    ['challenge', false, 'FS-1'],
    ['login', true, 'anna', 'EXAMPLE', 'PC-7'],
    ['login-result', false, false, 0xc000006d],
  ])
  assert.deepEqual(of('ldap'), [
    ['login', true, 'cn=printer', 'simple', 'password'],
    ['login-result', false, true],
    ['login', true, 'cn=printer', 'simple', 'password'],
    ['login-result', false, false],
  ])
  assert.deepEqual(of('radius'), [
    ['access-request', true, 0, 'anna', '02:00:00:00:00:0a'],
    ['access-reject', false, 0],
  ])
  assert.deepEqual(of('socks'), [
    ['request', true, '5', 'connect', 'www.example.com', 443],
    ['response', false, '5', true],
  ])
  assert.deepEqual(of('syslog'), [['message', true, 'bsd', 20, 4]])
  assert.doesNotMatch(JSON.stringify(transactions), /secret|REDACTED/)
  assert.deepEqual(summaries[0].unread, [])
})

test('broken lines are counted with their numbers, the others are read', async () => {
  const lines = [
    json(CONN.slice(0, 1)).trim(),
    '{"ts":1700000000.1,"uid":',
    '[1,2,3]',
    '{"ts":"never","uid":"C5"}',
    `{"ts":1700000000.2,"uid":"${'A'.repeat(1_100_000)}"}`,
    `${'['.repeat(500_000)}`,
    `{"ts":1700000000.3,"uid":"Cdeep","id.orig_h":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`,
    json(CONN.slice(2)).trim(),
    '{"ts":1700000000.4,"uid":7,"id.orig_h":7,"id.resp_h":[],"duration":{},"orig_pkts":"many"}',
    '{"ts":1700000009.5,"uid":"Cend"',
  ]
  const { flows, anomalies, summaries } = await hear([
    zeekFolder(folderOf({ 'conn.log': lines.join('\n') })),
  ])
  assert.equal(flows.length, 2)
  const counted = Object.fromEntries(
    anomalies.map(({ name, samples }) => [name, samples.map(({ frame }) => frame)]),
  )
  assert.deepEqual(counted['log-broken-json'], [2, 10])
  assert.deepEqual(counted['zeek-bad-time'], [4])
  assert.deepEqual(counted['log-line-too-long'], [5])
  assert.deepEqual(counted['zeek-bad-address'], [7, 9])
  assert.deepEqual(counted['zeek-no-header'], [3, 6])
  assert.equal(summaries[0].problem, undefined)
})

test('no garbage stops the reading', async () => {
  const good = [json(CONN), tsv('conn', CONN), json(DNS), tsv('dns', DNS)]
  const names = [
    'conn',
    'dns',
    'ssl',
    'http',
    'dhcp',
    'modbus',
    'cip',
    'opcua_binary',
    'x509',
    'snmp',
  ]
  const damage = fc.record({
    text: fc.constantFrom(...good),
    log: fc.constantFrom(...names),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    put: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\t', '\n', '\0', '-', '"', '{', '1e400'),
    ),
    drop: fc.nat({ max: 40 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
      const files = damages.map(({ text, log, at, put, drop }, index) => {
        const place = Math.floor(text.length * at)
        const broken = text.slice(0, place) + put + text.slice(place + drop)
        return [`${log}.${index}.log`, broken] as const
      })
      const folder = folderOf({ ...Object.fromEntries(files), 'weird.log': '' })
      const { started, flows, summaries } = await hear([zeekFolder(folder)])
      assert.equal(started.length, flows.length)
      assert.equal(summaries[0].problem, undefined)
    }),
    { numRuns: 80 },
  )
})

test('a log that breaks off in its compression keeps what was read and says so', async () => {
  const rows = Array.from({ length: 5000 }, (_, index) =>
    conn(`C${index}`, `17000${10000 + index}.5`, '1.0', { orig_bytes: index * 7919 }),
  )
  const bytes = gzipSync(tsv('conn', rows))
  const folder = folderOf({ 'conn.log.gz': bytes.subarray(0, bytes.length >> 1) })
  const { flows, summaries } = await hear([zeekFolder(folder)])
  assert.ok(flows.length > 500 && flows.length < 5000, `${flows.length} flows`)
  assert.equal(summaries[0].problem?.code, 'unreadable')
  assert.match(summaries[0].problem?.message ?? '', /conn\.log\.gz/)
})

test('a folder without logs, and no folder at all', async () => {
  const empty = folderOf({ 'notes.txt': 'hello' })
  assert.equal(await isZeekFolder(empty), false)
  assert.equal((await hear([zeekFolder(empty)])).summaries[0].problem?.code, 'not-zeek')
  const missing = join(root, 'missing')
  assert.equal(await isZeekFolder(missing), false)
  assert.equal((await hear([zeekFolder(missing)])).summaries[0].problem?.code, 'unreadable')
})
