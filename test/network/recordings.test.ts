// Holds the committed recordings against their ground truth: who is in truth.json is heard, who is
// heard is in it, every label has packets of its source, and the bridge gave each frame once.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

type Frame = { time: number; bytes: Buffer; from: string }
type Truth = {
  recordedFrom: number
  recordedUntil: number
  devices: { name: string; role: string; macs: string[]; ipv4: string[] }[]
}
type Label = { start: number; end: number; id: string; source: { mac: string | null } }

const folder = join(import.meta.dirname, '..', 'captures')
const sizeMax: Record<string, number> = { sample: 4e6, normal: 2e6, attacks: 3e6 }

/** A reader of its own, so that a fault in the product's cannot hide here. */
function framesOf(path: string): Frame[] {
  const file = readFileSync(path)
  assert.equal(file.readUInt32LE(0), 0xa1b2c3d4, 'classic pcap in microseconds')
  assert.equal(file.readUInt32LE(20), 1, 'Ethernet')
  const frames: Frame[] = []
  for (let at = 24; at < file.length;) {
    const length = file.readUInt32LE(at + 8)
    assert.equal(length, file.readUInt32LE(at + 12), 'no frame is cut')
    const bytes = file.subarray(at + 16, at + 16 + length)
    const from = bytes.toString('hex', 6, 12).replace(/..(?=.)/g, '$&:')
    frames.push({ time: file.readUInt32LE(at) * 1e6 + file.readUInt32LE(at + 4), bytes, from })
    at += 16 + length
  }
  return frames
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

for (const name of Object.keys(sizeMax)) {
  const own = join(folder, name)
  const frames = framesOf(join(own, 'input.pcap'))
  const truth = readJson(join(own, 'truth.json')) as Truth
  const labelFile = join(own, 'labels.json')
  const labels = existsSync(labelFile) ? (readJson(labelFile) as { labels: Label[] }).labels : []
  const macs = new Set(truth.devices.flatMap((device) => device.macs))

  test(`${name}: is as small as a repository wants it`, () => {
    assert.ok(readFileSync(join(own, 'input.pcap')).length < sizeMax[name])
    assert.ok(frames.length > 3000)
  })

  test(`${name}: every device with a MAC is heard`, () => {
    const heard = new Set(frames.map((frame) => frame.from))
    for (const device of truth.devices) {
      for (const mac of device.macs) assert.ok(heard.has(mac), `${device.name} is silent`)
    }
  })

  test(`${name}: who is heard is a device, but in a flood of invented MACs`, () => {
    const floods = labels.filter((label) => label.source.mac === null)
    const strangers = frames.filter(({ from, time }) => {
      return !macs.has(from) && !floods.some(({ start, end }) => time >= start && time <= end)
    })
    assert.deepEqual([...new Set(strangers.map((frame) => frame.from))], [])
  })

  test(`${name}: every label has packets of its source in its window`, () => {
    for (const { id, start, end, source } of labels) {
      const isSource = (from: string): boolean => {
        return source.mac === null ? !macs.has(from) : from === source.mac
      }
      const inside = frames.filter(({ time, from }) => {
        return time >= start && time <= end && isSource(from)
      })
      assert.ok(inside.length > 0, id)
    }
  })

  test(`${name}: the bridge gave each frame once`, () => {
    const seen = new Map<string, number>()
    for (const { time, bytes } of frames) {
      const text = bytes.toString('latin1')
      const before = seen.get(text)
      assert.ok(before === undefined || Math.abs(time - before) > 1000, `twice at ${time}`)
      seen.set(text, time)
    }
  })

  test(`${name}: the MUD URL and the passwords in clear are in it`, () => {
    const all = readFileSync(join(own, 'input.pcap')).toString('latin1')
    assert.ok(all.includes('https://mud.doorline.test/door-2.json'))
    assert.ok(all.includes(`Basic ${Buffer.from('admin:12345').toString('base64')}`))
    assert.ok(all.includes('power123'))
  })
}

test('sample: the beacon is regular', () => {
  const frames = framesOf(join(folder, 'sample', 'input.pcap'))
  const connects = frames.filter(({ bytes, from }) => {
    const isTcp = bytes.readUInt16BE(12) === 0x0800 && bytes[23] === 6
    return (
      isTcp && from === 'c0:56:e3:10:00:01' && bytes.readUInt16BE(36) === 48101 && bytes[47] === 2
    )
  })
  const gaps = connects.slice(1).map(({ time }, at) => (time - connects[at].time) / 1e6)
  assert.ok(connects.length >= 10, `${connects.length} connections`)
  for (const gap of gaps) assert.ok(gap > 7 && gap < 10, `a gap of ${gap} s`)
})
