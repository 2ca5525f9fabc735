// States of TCP flows from the letters of their history, the originator on either side.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { historyText, settled, tcpState } from './tcp-state.ts'

const LETTERS = 'SHADFRTG'

/** Packs a history as the flow table does; the originator is side B if asked for. */
function packed(history: string, originatorB: boolean) {
  const seen: [number, number] = [0, 0]
  const words: [number, number] = [0, 0]
  ;[...new Set(history)].forEach((letter, index) => {
    const bit = LETTERS.indexOf(letter.toUpperCase())
    const byOriginator = letter === letter.toUpperCase()
    const side = byOriginator === originatorB ? 1 : 0
    seen[side] |= 1 << bit
    words[index >> 3] |= (bit | (side << 3)) << ((index & 7) * 4)
  })
  return { seen, low: words[0] | 0, high: words[1] | 0 }
}

function stateOf(history: string, originatorB: boolean): string {
  const { seen, low, high } = packed(history, originatorB)
  const o = originatorB ? 1 : 0
  return tcpState(settled(seen[o], low, high, o), settled(seen[1 - o], low, high, 1 - o))
}

/** What Zeek logs for these histories. */
const STATES: readonly [history: string, state: string][] = [
  ['S', 'S0'],
  ['Sh', 'S1'],
  ['ShADad', 'S1'],
  ['ShADadTtGg', 'S1'],
  ['ShADadFf', 'SF'],
  ['ShAFaf', 'SF'],
  ['ShADadFa', 'S2'],
  ['ShADadfA', 'S3'],
  ['Sr', 'REJ'],
  ['SrR', 'REJ'],
  ['SR', 'RSTOS0'],
  ['ShR', 'RSTO'],
  ['ShADadR', 'RSTO'],
  ['ShADadr', 'RSTR'],
  ['ShADadFr', 'RSTR'],
  ['ShADadRr', 'RSTR'],
  ['ShADadFRf', 'SF'],
  ['ShAadDfFr', 'SF'],
  ['SF', 'SH'],
  ['SADF', 'SH'],
  ['h', 'OTH'],
  ['hf', 'SHR'],
  ['hr', 'RSTRH'],
  ['hR', 'RSTO'],
  ['hADadFf', 'SF'],
  ['hADdFaf', 'SF'],
  ['hADd', 'S1'],
  ['Dd', 'OTH'],
  ['DaFfA', 'SF'],
  ['DAF', 'SH'],
  ['Fa', 'SH'],
  ['fA', 'SHR'],
  ['Dr', 'RSTRH'],
  ['r', 'RSTRH'],
  ['R', 'OTH'],
]

test('states as Zeek has them', () => {
  for (const [history, state] of STATES) {
    for (const originatorB of [false, true]) {
      assert.equal(stateOf(history, originatorB), state, `${history}, B: ${originatorB}`)
    }
  }
})

test('the middle of a conversation is no failed attempt', () => {
  const states = { DdR: 'RSTO', Ddr: 'RSTR', DdF: 'S2', dDf: 'S3', SDd: 'S1' }
  for (const [history, state] of Object.entries(states)) {
    assert.equal(stateOf(history, false), state)
  }
})

test('a history is told as it was packed', () => {
  for (const [history] of STATES) {
    for (const originatorB of [false, true]) {
      const { seen, low, high } = packed(history, originatorB)
      const both = seen[0] | (seen[1] << 8)
      assert.equal(historyText(both, low, high, originatorB), [...new Set(history)].join(''))
    }
  }
})
