// Live capture on the loopback interface, through a real tcpdump: frames arrive, a signal ends it
// with all that was caught, and what goes wrong is said.
import { createSocket } from 'node:dgram'
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { needs, needsRoot } from '../../../test/needs.ts'
import { tableLimits } from '../../core/limits.ts'
import type { Packet } from '../../decode/index.ts'
import { Sensor } from '../sensor.ts'
import { liveSource, type LiveOptions } from './live.ts'

const skip = needsRoot() || needs('tcpdump')

/** A port that nothing else here uses; nobody has to listen on it. */
const PORT = 47_213
const FILTER = `udp port ${PORT}`

interface Run {
  readonly summary: Promise<Awaited<ReturnType<Sensor['run']>>[number]>
  readonly stop: AbortController
  /** Payloads heard so far. */
  readonly heard: string[]
  readonly ticks: number[]
}

function start(name: string, options: LiveOptions = {}): Run {
  const stop = new AbortController()
  const heard: string[] = []
  const ticks: number[] = []
  const sensor = new Sensor({
    limits: tableLimits(64),
    protocols: [],
    observer: { tick: (time) => void ticks.push(time) },
    signal: stop.signal,
    frame: ({ bytes, end }: Packet) => void heard.push(bytes.toString('latin1', end - 8, end)),
  })
  const summary = sensor.run([liveSource(name, options)]).then(([one]) => one)
  return { summary, stop, heard, ticks }
}

/** Sends numbered datagrams until `enough`, or gives up after ten seconds. */
async function sendUntil(enough: () => boolean): Promise<void> {
  const socket = createSocket('udp4')
  try {
    for (let number = 0; !enough() && number < 500; number++) {
      socket.send(`live${String(number).padStart(4, '0')}`, PORT, '127.0.0.1')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  } finally {
    socket.close()
  }
}

test('frames arrive while they come, a signal ends it with all of them', { skip }, async () => {
  const { summary, stop, heard, ticks } = start('lo', { filter: FILTER })
  await sendUntil(() => heard.length >= 5)
  const before = heard.length
  assert.ok(before >= 5, 'frames come through while the capture runs')
  assert.ok(
    heard.every((text) => text.startsWith('live')),
    heard.join(' '),
  )
  stop.abort()
  const { format, problem, dropped, records, first, last } = await summary
  assert.deepEqual([format, problem, dropped], ['live', undefined, 0])
  assert.ok(records >= before && records === heard.length)
  assert.ok(first <= last && Math.abs(last / 1000 - Date.now()) < 60_000)
  assert.ok(ticks.length > 0)
})

test('a link on which nothing happens is no problem', { skip }, async () => {
  const { summary, stop, heard } = start('lo', { filter: 'udp port 47214' })
  setTimeout(() => stop.abort(), 700)
  const { problem, records } = await summary
  assert.deepEqual([problem, records, heard.length], [undefined, 0, 0])
})

test('an interface that is not there, and a filter that is none', { skip }, async () => {
  const missing = await start('nosuch0').summary
  assert.equal(missing.problem?.code, 'live-capture')
  assert.match(missing.problem?.message ?? '', /^nosuch0: .*(No such device|does ?n.t exist)/i)
  const filter = await start('lo', { filter: 'no filter at all' }).summary
  assert.equal(filter.problem?.code, 'live-capture')
  assert.match(filter.problem?.message ?? '', /^lo: .*syntax/i)
})

test('without tcpdump the problem names it', async () => {
  const { problem } = await start('lo', { tcpdump: '/nonexistent/tcpdump' }).summary
  assert.equal(problem?.message, 'lo: tcpdump is not installed')
})

test('a name that no interface has never reaches a command line', () => {
  for (const name of ['-w', '', 'eth0;reboot', 'a b', '../x', 'x'.repeat(65)]) {
    assert.throws(() => liveSource(name), { code: 'bad-interface', exitCode: 2 })
  }
})
