// A flow as a line of the spool: tab-separated, in the order of COLUMNS, without quotes. Control
// characters in what the wire said become spaces, so that a line is always one line.
import type { StoredFlow } from '../flows.ts'
import { FLOW_LIMITS } from './limits.ts'

/** Columns of the spool with their DuckDB types; `first` and `last` are microseconds there. */
export const COLUMNS = [
  ['key', 'VARCHAR'],
  ['site', 'VARCHAR'],
  ['segment', 'VARCHAR'],
  ['first', 'BIGINT'],
  ['last', 'BIGINT'],
  ['o_device', 'VARCHAR'],
  ['o_address', 'VARCHAR'],
  ['o_mac', 'VARCHAR'],
  ['o_port', 'INTEGER'],
  ['r_device', 'VARCHAR'],
  ['r_address', 'VARCHAR'],
  ['r_mac', 'VARCHAR'],
  ['r_port', 'INTEGER'],
  ['protocol', 'INTEGER'],
  ['service', 'VARCHAR'],
  ['server_name', 'VARCHAR'],
  ['state', 'VARCHAR'],
  ['packets_out', 'BIGINT'],
  ['packets_in', 'BIGINT'],
  ['bytes_out', 'BIGINT'],
  ['bytes_in', 'BIGINT'],
] as const

const LAST = COLUMNS.findIndex(([name]) => name === 'last')
const UNFIT = /[\u0000-\u001f\u007f]/g

function text(value: string): string {
  const { value: most } = FLOW_LIMITS.textLength
  const short = value.length > most ? value.slice(0, most) : value
  return UNFIT.test(short) ? short.replace(UNFIT, ' ') : short
}

/**
 * The year 2100: what says it is later comes from a broken clock, and would make a day of its own.
 */
const LATEST = 4_102_444_800_000_000

/** A packet time as it is kept. */
export const keptTime = (value: number) => Math.max(0, Math.min(LATEST, number(value)))

const number = (value: number) => (Number.isSafeInteger(value) ? value : 0)

/** The line of a flow, with its end. */
export function spoolLine(flow: StoredFlow): string {
  const { originator, responder } = flow
  return (
    `${text(flow.key)}\t${text(flow.site)}\t${text(flow.segment)}\t${keptTime(flow.first)}\t` +
    `${keptTime(flow.last)}\t${text(originator.device)}\t${text(originator.address)}\t` +
    `${text(originator.mac)}\t${number(originator.port)}\t${text(responder.device)}\t` +
    `${text(responder.address)}\t${text(responder.mac)}\t${number(responder.port)}\t` +
    `${number(flow.protocol)}\t${text(flow.service)}\t${text(flow.serverName)}\t` +
    `${text(flow.state)}\t${number(flow.packetsOut)}\t${number(flow.packetsIn)}\t` +
    `${number(flow.bytesOut)}\t${number(flow.bytesIn)}\n`
  )
}

/** Key and last packet time of a line, or undefined when it is not a whole one. */
export function readSpoolLine(line: string): { key: string; last: number } | undefined {
  const cells = line.split('\t')
  if (cells.length !== COLUMNS.length || line.includes('\0')) return undefined
  const last = Number(cells[LAST])
  return Number.isSafeInteger(last) ? { key: cells[0], last } : undefined
}
