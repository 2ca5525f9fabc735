// Anchors: a file and a syslog receiver get each checkpoint, and what they hold is found again.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { FileAnchor, notesIn, SyslogAnchor } from './anchor.ts'
import { change, freshFolder, rehearse } from './rehearse.ts'

test('a file holds every checkpoint', async (t) => {
  const folder = freshFolder(t)
  const path = join(folder, 'anchors')
  const { log, close } = await rehearse(folder, { anchors: [new FileAnchor(path)] })
  const notes: string[] = []
  for (const device of [1, 2, 3]) {
    await log.append(change(device))
    notes.push(await log.checkpoint())
  }
  assert.deepEqual(notesIn(readFileSync(path, 'utf8')), notes)
  await close()
})

test('syslog by UDP and by TCP: a message of RFC 5424 holds the note', async (t) => {
  const folder = freshFolder(t)
  const heard: string[] = []
  const udp = createSocket('udp4', (message) => heard.push(String(message)))
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
  const tcp = createServer((socket) => {
    let text = ''
    socket.on('data', (chunk) => (text += String(chunk))).on('end', () => heard.push(text))
  })
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    udp.close()
    tcp.close()
  })
  const host = '127.0.0.1'
  const { log, close } = await rehearse(folder, {
    anchors: [
      new SyslogAnchor({ host, port: udp.address().port, transport: 'udp' }),
      new SyslogAnchor({ host, port: (tcp.address() as AddressInfo).port, transport: 'tcp' }),
    ],
  })
  const note = await log.checkpoint()
  for (let turn = 0; turn < 100 && heard.length < 2; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.equal(heard.length, 2)
  const [counted] = heard.filter((message) => !message.startsWith('<'))
  const [plain] = heard.filter((message) => message.startsWith('<'))
  assert.match(plain, /^<109>1 \S+Z \S+ thingward - checkpoint - thingward-checkpoint \S+ 1 /)
  const [count] = counted.split(' ')
  assert.equal(Buffer.byteLength(counted) - count.length - 1, Number(count))
  for (const message of heard) assert.deepEqual(notesIn(message), [note])
  await close()
})

test('an anchor that fails is told, and keeps nothing from being signed', async (t) => {
  const folder = freshFolder(t)
  const anchors = [new FileAnchor(join(folder, 'none', 'anchors'))]
  const { log, close } = await rehearse(folder, { anchors })
  await log.checkpoint()
  const { signed, anchorProblems } = log.health()
  assert.equal(signed, 1)
  assert.equal(anchorProblems.length, 1)
  assert.match(anchorProblems[0].text, /ENOENT/)
  await close()
})
