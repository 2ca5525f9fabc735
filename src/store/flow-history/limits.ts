// The bounds of flow history, by name and with their reasons.
import type { Limit } from '../../core/limits.ts'

const limit = (name: string, [value, unit]: readonly [number, string], why: string): Limit =>
  Object.freeze({ name, value, unit, why })

export const FLOW_LIMITS = Object.freeze({
  syncMs: limit(
    'flowSync',
    [500, 'milliseconds'],
    'what a crash may lose, before it was acknowledged',
  ),
  bufferBytes: limit('flowBuffer', [8_388_608, 'bytes'], 'written sooner than the clock says'),
  waitingBytes: limit('flowWaiting', [67_108_864, 'bytes'], 'refused beyond: the disk is too slow'),
  segmentRows: limit(
    'flowSegmentRows',
    [250_000, 'flows'],
    'of the spool, then they become Parquet',
  ),
  segmentMs: limit('flowSegmentAge', [300_000, 'milliseconds'], 'the same, on quiet sites'),
  textLength: limit('flowText', [256, 'characters'], 'a name, service or key'),
  keysKept: limit('flowKeys', [500_000, 'keys'], 'how far back a flow told twice is recognised'),
  rowGroup: limit('flowRowGroup', [30_720, 'rows'], 'what one look-up has to read at least'),
  partsMerged: limit('flowParts', [8, 'parts'], 'of one size and day, then they become one'),
  rowsMerged: limit('flowMerge', [20_000_000, 'flows'], 'a part of a busy day grows no further'),
  memory: limit('flowMemory', [512, 'megabytes'], 'DuckDB; the rest is spilled to disk'),
  threads: limit('flowThreads', [2, 'threads'], 'DuckDB'),
  questionMs: limit('flowQuestion', [15_000, 'milliseconds'], 'one question'),
  labourMs: limit('flowLabour', [600_000, 'milliseconds'], 'writing or merging one part'),
  idleMs: limit('flowIdle', [60_000, 'milliseconds'], 'DuckDB ends when nobody asks'),
  questions: limit('flowQuestions', [64, 'questions'], 'waiting at one time'),
})
