// nft's JSON listings → what stands, counters, quarantine. Read without trust: other programs may
// have put things into our tables.
import { COUNTERS, MAPS, TABLE, type MapName } from '../base-text.ts'
import { NOTHING_STANDS, type Standing } from '../change.ts'
import { QUARANTINE_SET, STOPPED_SET } from '../cut-text.ts'
import type { Count, Cut } from '../driver.ts'

type Raw = { readonly [name: string]: unknown }

const object = (value: unknown): Raw =>
  typeof value === 'object' && value !== null ? (value as Raw) : {}

/** Those objects of a kind that lie in our table. */
const ours = (list: readonly unknown[], kind: string, family: string): Raw[] =>
  list
    .map((one) => object(object(one)[kind]))
    .filter((one) => one.table === TABLE && one.family === family)

const PROFILE_CHAIN = /^p[0-9a-f]{12}_[et]_(from|to)$/
const PROFILE_SET = /^p[0-9a-f]{12}_(out|in|peers)[46]$/

/** Lists of chains by family, and of the table's sets and maps. */
export interface Listings {
  readonly inet: readonly unknown[]
  readonly netdev: readonly unknown[]
  readonly table: readonly unknown[]
}

/** What stands. */
export function standingFrom({ inet, netdev, table }: Listings): Standing {
  const names = ours(inet, 'chain', 'inet').map(({ name }) => String(name))
  const cut = ours(netdev, 'chain', 'netdev').map(({ name }) => String(name))
  const sets = ours(table, 'set', 'inet').map(({ name }) => String(name))
  const maps = { ...NOTHING_STANDS.maps }
  for (const map of ours(table, 'map', 'inet')) {
    if (Object.hasOwn(MAPS, String(map.name))) maps[map.name as MapName] = verdictsOf(map.elem)
  }
  return {
    base: names.find((name) => /^base_[0-9a-f]{12}$/.test(name)),
    chains: new Set(names.filter((name) => PROFILE_CHAIN.test(name))),
    sets: new Set(sets.filter((name) => PROFILE_SET.test(name))),
    maps,
    cut,
  }
}

/** `[[{"concat": ["lan0", "02:…"]}, {"goto": {"target": "p…"}}], …]` */
function verdictsOf(elements: unknown): Map<string, string> {
  const verdicts = new Map<string, string>()
  for (const pair of Array.isArray(elements) ? (elements as unknown[]) : []) {
    if (!Array.isArray(pair)) continue
    const target = object(object(pair[1]).goto).target
    const verdict = typeof target === 'string' ? `goto ${target}` : Object.keys(object(pair[1]))[0]
    verdicts.set(keyText(pair[0]), verdict)
  }
  return verdicts
}

function keyText(key: unknown): string {
  const parts = object(key).concat
  if (!Array.isArray(parts)) return String(key)
  return `"${String(parts[0])}" . ${String(parts[1])}`
}

interface Element {
  readonly value: unknown
  readonly packets: number
  readonly bytes: number
  /** Seconds until it goes. */
  readonly expires?: number
}

/** Elements are bare values, or objects when they carry more. */
function elementsOf(set: Raw): Element[] {
  const list = Array.isArray(set.elem) ? (set.elem as unknown[]) : []
  return list.map((one) => {
    const { val, counter, expires } = object(object(one).elem)
    const { packets, bytes } = object(counter)
    return {
      value: val ?? one,
      packets: typeof packets === 'number' ? packets : 0,
      bytes: typeof bytes === 'number' ? bytes : 0,
      ...(typeof expires === 'number' && { expires }),
    }
  })
}

/** All that was counted, per device, way and reason. */
export function countsFrom(list: readonly unknown[]): Count[] {
  return ours(list, 'set', 'inet').flatMap((set) => {
    const counter = COUNTERS.find(({ name }) => name === set.name)
    if (!counter) return []
    const { hold, way, reason } = counter
    return elementsOf(set).map(({ value, packets, bytes }) => {
      const parts = object(value).concat
      const key = Array.isArray(parts)
        ? { interface: String(parts[0]), mac: String(parts[1]) }
        : { address: String(value) }
      return { hold, way, reason, ...key, packets, bytes }
    })
  })
}

/** Frames that quarantine stopped, by MAC. */
export function stoppedFrom(list: readonly unknown[]) {
  const sets = ours(list, 'set', 'netdev').filter(({ name }) => name === STOPPED_SET)
  return new Map(
    sets
      .flatMap(elementsOf)
      .map(({ value, packets, bytes }) => [String(value), { packets, bytes }]),
  )
}

/** Who is cut off. */
export function cutsFrom(list: readonly unknown[]): Cut[] {
  const sets = ours(list, 'set', 'netdev').filter(({ name }) => name === QUARANTINE_SET)
  return sets.flatMap(elementsOf).map(({ value, expires }) => ({
    mac: String(value),
    ...(expires !== undefined && { secondsLeft: expires }),
  }))
}

/** Interfaces on which everything passes. */
export function openFrom(list: readonly unknown[]): Map<string, number> {
  const sets = ours(list, 'set', 'inet').filter(({ name }) => name === 'open')
  return new Map(sets.flatMap(elementsOf).map((one) => [String(one.value), one.expires ?? 0]))
}
