// The form of an export: JSON lines that hold all that is needed to check them offline. A header,
// the entries with their checkpoints where they stand, and an end line. docs/evidence.md has it
// all.
import { setImmediate } from 'node:timers/promises'
import { isoTime, type Microseconds } from '../core/clock.ts'
import { readCheckpoint } from './checkpoint.ts'
import type { KeyRing } from './key-ring.ts'
import { personalOf } from './personal-of.ts'
import type { EvidenceTable, RawRow } from './table.ts'

export const EXPORT_FORMAT = 'thingward-evidence'
const PAGE = 500

/** First line of an export. */
export interface ExportHeader {
  readonly format: typeof EXPORT_FORMAT
  readonly version: 1
  readonly origin: string
  /** The key that checkpoints are signed with, as C2SP signed-note writes it. */
  readonly key: string
  /** ISO 8601. */
  readonly exported: string
  readonly entries: number
}

export interface ExportSource {
  readonly table: EvidenceTable
  /** The checkpoint up to which is exported; it comes last. */
  readonly note: string
  readonly clock: () => Microseconds
  /** Given: personal content is opened with these and goes along. */
  readonly keys?: KeyRing
}

/** The line of an entry: its canonical text stands in it as it was hashed. */
export const entryLine = (canonical: string, hash: string) =>
  `{"hash":"${hash}","entry":${canonical}}\n`

const line = (value: object) => `${JSON.stringify(value)}\n`

/** The text of an export, piece by piece, each of whole lines. */
export async function* exportText(source: ExportSource): AsyncGenerator<string> {
  const { table, note, clock } = source
  const { origin, size } = readCheckpoint(note)!
  const key = String(table.list({ oldestFirst: true, limit: 1 })[0].entry.facts.key)
  const exported = isoTime(clock())
  const header: ExportHeader = {
    format: EXPORT_FORMAT,
    version: 1,
    origin,
    key,
    exported,
    entries: size,
  }
  yield line(header)
  const checkpoints = checkpointsOf(table)
  let next = checkpoints.next()
  let last = ''
  for (let at = 0; at < size;) {
    const rows = table.range(at, Math.min(PAGE, size - at))
    if (rows.length === 0) break
    let text = ''
    for (const row of rows) {
      text += linesOf(row, source)
      for (; !next.done && next.value.size <= row.sequence; next = checkpoints.next()) {
        if (next.value.note !== note) text += line({ checkpoint: next.value.note })
      }
      last = Buffer.from(row.hash).toString('hex')
    }
    at = rows.at(-1)!.sequence
    yield text
    await setImmediate()
  }
  yield line({ checkpoint: note })
  yield line({ end: { entries: size, hash: last } })
}

function linesOf(row: RawRow, { table, keys }: ExportSource): string {
  const text = entryLine(row.entry, Buffer.from(row.hash).toString('hex'))
  const personal = keys && personalOf(table, row.sequence, keys)
  if (!personal) return text
  const { sequence } = row
  const said = typeof personal === 'string' ? { state: personal } : personal
  return text + line({ personal: { sequence, ...said } })
}

function* checkpointsOf(table: EvidenceTable) {
  for (let after = 0; ;) {
    const rows = table.checkpoints(after, PAGE)
    if (rows.length === 0) return
    yield* rows
    after = rows.at(-1)!.ordinal
  }
}
