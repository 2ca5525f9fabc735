// Made-up flows of a made-up site, always the same for the same seed, so that tests can ask two
// histories the same questions.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DAY, HOUR, SECOND } from '../../core/clock.ts'
import type { StoredFlow } from '../flows.ts'
import { ParquetFlows, type ParquetFlowsOptions } from './parquet-flows.ts'

/** 2026-11-01T00:00:00Z. */
export const START = 1_793_491_200_000_000

/** A fresh folder, gone after the test. */
export function freshFolder(t: { after(work: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'flows-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A history that syncs at once, with a clock that stands two days after START. */
export function rehearse(directory: string, options: Partial<ParquetFlowsOptions> = {}) {
  const clock = () => START + 2 * DAY
  return new ParquetFlows({ directory, clock, syncMs: 5, ...options })
}

export function randomFrom(seed: number): (below: number) => number {
  let state = (seed % 2_147_483_646) + 1
  return (below) => (state = (state * 48_271) % 2_147_483_647) % below
}

const SERVICES = ['dns', 'https', 'modbus', 'mqtt', ''] as const

/** One flow between two of twelve devices, or a device and the outside, in two days. */
export function madeFlow(number: number, random: (below: number) => number): StoredFlow {
  const party = () => {
    const host = random(16)
    const isOurs = host < 12
    const address = isOurs ? `10.0.0.${host}` : `198.51.100.${random(40)}`
    const mac = isOurs ? `02:00:00:00:00:${String(host).padStart(2, '0')}` : ''
    return { device: isOurs ? `d${host}` : '', address, mac, port: 1024 + random(5) }
  }
  // Unique, so that the order by time is one order.
  const last = START + random(48) * HOUR + random(3600) * SECOND + number
  const service = SERVICES[random(SERVICES.length)]
  return {
    key: `s1:${number}`,
    site: 'main',
    segment: random(2) === 0 ? 'lan' : 'ot',
    first: last - random(60) * SECOND,
    last,
    originator: party(),
    responder: party(),
    protocol: random(2) === 0 ? 6 : 17,
    service,
    serverName: service === 'https' ? `host${random(4)}.example` : '',
    state: 'SF',
    packetsOut: random(100),
    packetsIn: random(100),
    bytesOut: random(100_000),
    bytesIn: random(100_000),
  }
}

export function madeFlows(count: number, seed: number): StoredFlow[] {
  const random = randomFrom(seed)
  return Array.from({ length: count }, (_, number) => madeFlow(number, random))
}
