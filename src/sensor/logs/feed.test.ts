// The feed: order, joining, endpoints made when they are due, and what a live stream may hold back.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { AddressBook } from '../../core/addresses.ts'
import { AnomalyTable } from '../../core/anomaly.ts'
import { SECOND } from '../../core/clock.ts'
import { LIMITS } from '../../core/limits.ts'
import { EndpointTable, Flow, NameTable, type FlowObserver } from '../../flow/index.ts'
import { AddressTexts } from './address-texts.ts'
import { LogFeed, type Ends } from './feed.ts'
import { PeerBook } from './peers.ts'

function bench(observer: FlowObserver) {
  const addresses = new AddressBook(64)
  const endpoints = new EndpointTable(4096, addresses)
  const anomalies = new AnomalyTable()
  const texts = new AddressTexts(addresses)
  const names = new NameTable(256, 256)
  const feed = new LogFeed({ observer, endpoints, anomalies, names, texts })
  const peers = new PeerBook()
  const ends = (mac = -1): Ends => ({
    originator: peers.get(mac, texts.address('192.0.2.10'), 0),
    responder: peers.get(-1, texts.address('198.51.100.7'), 0),
    originatorPort: 40_000,
    responderPort: 443,
  })
  return { feed, endpoints, anomalies, ends }
}

const said = (frame: number) => ({
  protocol: 'http',
  frame,
  fromOriginator: true,
  fields: { kind: 'request' },
})

function flowOf(first: number, last: number): Flow {
  const flow = new Flow()
  flow.first = first
  flow.last = last
  flow.originatorPackets = 3
  return flow
}

test('a flow starts before what is said in it, and ends after', () => {
  const told: string[] = []
  const { feed, ends } = bench({
    flowStart: (flow) => told.push(`start ${flow.id}`),
    flowEnd: (flow) => told.push(`end ${flow.id} ${flow.service}`),
    transaction: ({ flow, frame }) => told.push(`said ${flow} ${frame}`),
  })
  const story = feed.begin('C1', ends(), 7)
  feed.say(story, 5, said(1))
  feed.say(story, 9, said(2))
  feed.flow(feed.known('C1')!, flowOf(5, 9))
  feed.drain()
  assert.deepEqual(told, ['start 7', 'said 7 1', 'said 7 2', 'end 7 http'])
})

test('a MAC address that only the flow record knows is that of all that was said', () => {
  const sources: number[] = []
  const { feed, endpoints, ends } = bench({ transaction: ({ source }) => sources.push(source) })
  const story = feed.begin('C1', ends())
  feed.say(story, 5, said(1))
  Object.assign(story, ends(0x0200_0000_000a))
  feed.flow(story, flowOf(5, 9))
  feed.drain()
  assert.equal(endpoints.mac(sources[0]), 0x0200_0000_000a)
  assert.equal(endpoints.size, 3, 'no endpoint without the MAC address was made')
  assert.equal(endpoints.packetsOut[sources[0]], 3)
})

test('a full queue gives way in order and counts what came too late', () => {
  const times: number[] = []
  const { feed, anomalies, ends } = bench({ transaction: ({ time }) => times.push(time) })
  const pair = feed.pair(ends())
  const many = LIMITS.logReorder.value + 10
  for (let index = 0; index < many; index++) feed.say(pair, 1000 + index, said(index))
  assert.equal(times.length, 10)
  feed.say(pair, 5, said(many))
  feed.drain()
  assert.equal(times.length, many + 1)
  assert.deepEqual(
    anomalies.list().map(({ name, count }) => [name, count]),
    [['log-late-record', 1]],
  )
})

test('records of a live stream wait no longer than its window', () => {
  const times: number[] = []
  const ticks: number[] = []
  const { feed, ends } = bench({
    transaction: ({ time }) => times.push(time),
    tick: (time) => ticks.push(time),
  })
  feed.window = 60 * SECOND
  const pair = feed.pair(ends())
  for (let second = 0; second <= 100; second++) feed.say(pair, second * SECOND, said(second))
  assert.equal(times.at(-1), 39 * SECOND)
  assert.equal(ticks.length, 40)
})
