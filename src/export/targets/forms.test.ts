// What leaves us, read as the other side reads it: RFC 5424 with its escapes and lengths, CEF's two
// kinds of escapes, the required fields of ECS and OCSF.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { loadForms } from './destination.ts'
import type { Message } from './message.ts'
import { findingOf, messageOf, SENDER } from './rehearse.ts'
import { counted, syslogMessage } from './rfc5424.ts'

const forms = await loadForms()
const formOf = (id: string) => forms.find((form) => form.id === id)!
const message: Message = { ...messageOf(1), finding: findingOf() }
const dropped: Message = { id: 'dropped-1', at: message.at, kind: 'findings.dropped', count: 7 }
const json = (id: string, one = message) =>
  JSON.parse(formOf(id).write(one, SENDER)) as { [key: string]: unknown }

const style = (form = 'text', octetsMax = 8192) => ({
  facility: 16,
  form: formOf(form),
  sender: SENDER,
  octetsMax,
})

/** RFC 5424 6: the grammar, as far as it concerns us. */
const SYSLOG = new RegExp(
  [
    '^<(\\d{1,3})>1 (\\S+) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32})',
    '(\\[(?:[^\\]\\\\]|\\\\.)*\\])',
    '(\\ufeff?)(.*)$',
  ].join(' '),
)

test('RFC 5424: priority, time with microseconds, escaped structured data, a marked text', () => {
  const found = SYSLOG.exec(syslogMessage(message, style()).toString('utf8'))!
  const [, priority, time, host, app, process, id, data, mark, text] = found
  assert.deepEqual(
    [priority, time, host, app, process, id],
    [
      '131',
      '2026-11-22T06:00:58.000001Z',
      'sensor-1.example',
      'thingward',
      '77',
      'telnet-brute-force',
    ],
  )
  assert.match(
    data,
    /^\[thingward@32473 id="c2d5baa95c469c73" kind="finding\.opened" severity="high"/,
  )
  assert.match(data, /src="192\.168\.50\.66" srcMac="08:00:27:10:00:66" dst="2001:db8::7"/)
  assert.equal(mark, '\ufeff')
  assert.match(text, /seen 12 attempts with "root"\\\] from Köln$/)
})

test('hostile words end in no other field, and no line breaks leave', () => {
  const finding = { ...findingOf(), device: 'd"] <1>\n\\', title: 'a\r\nb\u0000c' }
  const text = syslogMessage({ ...message, finding }, style()).toString('utf8')
  assert.match(text, SYSLOG)
  assert.ok(text.includes(String.raw`device="d\"\] <1> \\"`), text)
  assert.doesNotMatch(text, /[\r\n\u0000]/)
})

test('long messages are cut between characters; frames count octets', () => {
  const finding = { ...findingOf(), seen: 'ä'.repeat(5000) }
  for (const octetsMax of [2047, 2048]) {
    const bytes = syslogMessage({ ...message, finding }, style('text', octetsMax))
    assert.ok(bytes.length <= octetsMax && bytes.length > octetsMax - 4)
    assert.ok(!bytes.toString('utf8').includes('\ufffd'))
  }
  const frame = counted(Buffer.from('<1>1 ä'))
  assert.equal(frame.toString('utf8'), '7 <1>1 ä')
})

test('what was dropped is a message too', () => {
  const text = syslogMessage(dropped, style()).toString('utf8')
  assert.match(text, /^<132>1 .* findings\.dropped \[thingward@32473 id="dropped-1".*count="7"\]/)
  for (const form of forms) assert.ok(form.write(dropped, SENDER).includes('7'), form.id)
})

test('CEF: header and extension are escaped each in its own way', () => {
  const text = formOf('cef').write(message, SENDER)
  const [head, extension] = [text.slice(0, 200), text.slice(text.indexOf('|8|') + 3)]
  assert.ok(
    head.startsWith(
      String.raw`CEF:0|Thingward|Thingward|1.2.3|telnet-brute-force|Passwords tried \| over`,
    ),
  )
  const values = new Map(
    [...extension.matchAll(/(\w+)=((?:\\.|[^\\=])*?)(?= \w+=|$)/g)].map(([, key, value]) => [
      key,
      value,
    ]),
  )
  assert.equal(values.get('src'), '192.168.50.66')
  assert.equal(values.get('c6a3'), '2001:db8::7')
  assert.equal(values.get('dst'), undefined)
  assert.equal(values.get('cs1'), String.raw`no more than 3 attempts \= quiet`)
  assert.equal(values.get('cs2'), String.raw`12 attempts with "root"\\]\nfrom Köln`)
  assert.equal(values.get('rt'), '1795327258000')
})

test('ECS: an alert with rule, parties and techniques', () => {
  const event = json('ecs')
  assert.equal(event['@timestamp'], '2026-11-22T06:00:58.000001Z')
  assert.deepEqual(event['source'], {
    address: '192.168.50.66',
    ip: '192.168.50.66',
    mac: '08-00-27-10-00-66',
  })
  assert.deepEqual((event['event'] as { category: string[] }).category, [
    'network',
    'intrusion_detection',
  ])
  assert.deepEqual((event['threat'] as { technique: unknown }).technique, [
    { id: 'T1110.001' },
    { id: 'T0859' },
  ])
})

test('OCSF: what a Detection Finding requires, and update is another type', () => {
  const event = json('ocsf')
  const required = ['activity_id', 'category_uid', 'class_uid', 'severity_id', 'time', 'type_uid']
  assert.deepEqual(
    required.map((name) => event[name]),
    [1, 2, 2004, 4, 1_795_327_258_000, 200_401],
  )
  assert.equal((event['finding_info'] as { uid: string }).uid, 'c2d5baa95c469c73')
  assert.equal(json('ocsf', { ...message, kind: 'finding.updated' })['type_uid'], 200_402)
})

test('our own words carry the whole finding, times as texts', () => {
  const event = json('json')
  const finding = event['finding'] as { window: unknown; seen: string }
  assert.deepEqual(finding.window, {
    from: '2026-11-22T06:00:53.000001Z',
    to: '2026-11-22T06:00:58.000001Z',
  })
  assert.equal(finding.seen, findingOf().seen)
})
