// Names by client and address: precedence, order of times, bounds against a plain model.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { v4Key, v6Key } from '../core/addresses.ts'
import { NameTable } from './names.ts'

const camera = v4Key(0xc0a80117)
const television = v4Key(0xc0a80118)
const server = v4Key(0xcb007107)

test('each client has its own name for an address; others get the latest', () => {
  const names = new NameTable()
  names.learn(camera, server, 'cloud.example.com', 1)
  names.learn(television, server, 'video.example.net', 2)
  const nameOf = (client: number, address = server) => names.text(names.nameOf(client, address))
  assert.equal(nameOf(camera), 'cloud.example.com')
  assert.equal(nameOf(television), 'video.example.net')
  assert.equal(nameOf(v4Key(1)), 'video.example.net')
  assert.equal(nameOf(-1), 'video.example.net')
  assert.equal(nameOf(camera, v4Key(2)), '')
})

test('IPv4 and IPv6 keys with equal low bits are different', () => {
  const names = new NameTable()
  names.learn(v4Key(7), v4Key(9), 'four', 1)
  names.learn(v6Key(7), v4Key(9), 'six asks four', 1)
  names.learn(v4Key(7), v6Key(9), 'four asks six', 1)
  assert.equal(names.text(names.nameOf(v4Key(7), v4Key(9))), 'four')
  assert.equal(names.text(names.nameOf(v6Key(7), v4Key(9))), 'six asks four')
  assert.equal(names.text(names.nameOf(v4Key(7), v6Key(9))), 'four asks six')
})

test('an older answer does not replace a newer one', () => {
  const names = new NameTable()
  names.learn(camera, server, 'new', 20)
  names.learn(camera, server, 'old', 10)
  assert.equal(names.text(names.nameOf(camera, server)), 'new')
})

test('names are interned, clipped, and nothing is 0', () => {
  const names = new NameTable()
  const id = names.internName('a.example')
  assert.equal(names.internName('a.example'), id)
  assert.equal(names.text(id), 'a.example')
  assert.equal(names.internName(''), 0)
  assert.equal(names.text(0), '')
  assert.equal(names.text(id + 1), '')
  const long = names.internName('x'.repeat(1000))
  assert.equal(names.text(long).length, 256)
  assert.equal(names.internName('x'.repeat(1000)), long)
})

test('full of names: the oldest have no text any more, used ones stay', () => {
  const names = new NameTable(64, 8)
  const first = names.internName('first')
  names.learn(camera, server, 'often', 1)
  for (let round = 0; round < 100; round++) {
    names.internName(`name-${round}`)
    names.learn(camera, server, 'often', round)
  }
  assert.equal(names.text(first), '')
  assert.equal(names.text(names.nameOf(camera, server)), 'often')
  assert(names.namesEvicted > 80)
})

test('an answer whose name is forgotten is unknown, not wrong', () => {
  const names = new NameTable(64, 4)
  names.learn(camera, server, 'gone', 1)
  for (let round = 0; round < 20; round++) names.internName(`name-${round}`)
  assert.equal(names.nameOf(camera, server), 0)
})

test('full of answers: the oldest give way, those learnt again stay', () => {
  const names = new NameTable(16, 1024)
  names.learn(camera, server, 'kept', 0)
  for (let time = 1; time < 200; time++) {
    names.learn(camera, v4Key(time), `name-${time}`, time)
    names.learn(camera, server, 'kept', time)
  }
  assert.equal(names.text(names.nameOf(camera, server)), 'kept')
  assert.equal(names.text(names.nameOf(camera, v4Key(199))), 'name-199')
  assert.equal(names.nameOf(camera, v4Key(1)), 0)
  assert.equal(names.answers.size, 16)
  assert(names.answers.evicted > 300)
})

test('whatever is still known is what a plain model says', () => {
  const step = fc.record({
    client: fc.nat(6).map((low) => (low > 3 ? v6Key(low) : v4Key(low << 30))),
    address: fc.nat(20).map((low) => (low > 10 ? v6Key(low) : v4Key(low))),
    name: fc.nat(30),
  })
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 200 }),
      fc.integer({ min: 4, max: 40 }),
      (steps, size) => {
        const names = new NameTable(size, 1024)
        const own = new Map<string, string>()
        const latest = new Map<number, string>()
        for (const [time, { client, address, name }] of steps.entries()) {
          names.learn(client, address, `n${name}`, time)
          own.set(`${client} ${address}`, `n${name}`)
          latest.set(address, `n${name}`)
          assert.equal(names.text(names.nameOf(client, address)), `n${name}`)
        }
        for (const { client, address } of steps) {
          const text = names.text(names.nameOf(client, address))
          const expected = [own.get(`${client} ${address}`), latest.get(address), '']
          assert(expected.includes(text), `${text} is neither of ${expected.join()}`)
        }
      },
    ),
  )
})
