// One line of a Zeek log, whichever way it was written: tab-separated under a header, or as a JSON
// object. Mappings ask for columns by Zeek's names and get texts, numbers, times; '' or NaN when
// there is none.
import type { Microseconds } from '../../core/clock.ts'
import { durationTime, epochTime, isoToTime, millisecondsTime, secondsTime } from '../logs/time.ts'

/** Entries of a set or vector that are read. */
const LIST_MAX = 64
/** JSON times above this are milliseconds (JSON::TS_MILLIS). */
const MILLISECONDS = 1e11

export interface ZeekRow {
  /** Whether the log has this column at all (TSV), or this line has it (JSON). */
  has(name: string): boolean
  /** '' when unset or absent. */
  text(name: string): string
  /** NaN when unset or absent. */
  number(name: string): number
  /** NaN when unset or absent. */
  time(name: string): Microseconds
  /** An interval; 0 when unset. */
  duration(name: string): Microseconds
  /** undefined when unset or absent. */
  flag(name: string): boolean | undefined
  list(name: string): string[]
}

/** The header of a TSV log: what its columns are called, and how values are set apart. */
export class TsvHeader {
  separator = '\t'
  setSeparator = ','
  emptyField = '(empty)'
  unsetField = '-'
  /** '#path': the log's name; '' while unknown. */
  path = ''
  columns: ReadonlyMap<string, number> = new Map()

  /** Takes one '#' line. */
  read(line: string): void {
    const start = line.indexOf('#') + 1
    const end = line.slice(start).search(/[\s,]/) + start
    const key = line.slice(start, end < start ? undefined : end)
    const value = end < start ? '' : line.slice(end + 1)
    if (key === 'separator') this.separator = unescape(value.trim()) || '\t'
    else if (key === 'set_separator') this.setSeparator = unescape(value)
    else if (key === 'empty_field') this.emptyField = value
    else if (key === 'unset_field') this.unsetField = value
    else if (key === 'path') this.path = value.trim()
    else if (key === 'fields') {
      const names = value.split(this.separator)
      this.columns = new Map(names.map((name, index) => [name, index]))
    }
  }
}

/** `\x09` → the byte it stands for, `\\` → a backslash. Sequences of bytes are read as UTF-8. */
export function unescape(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\\\|(?:\\x[0-9a-fA-F]{2})+/g, (run) =>
    run === '\\\\' ? '\\' : Buffer.from(run.replaceAll('\\x', ''), 'hex').toString('utf8'),
  )
}

/** A tab-separated line; `open` points it at the next one. */
export class TsvRow implements ZeekRow {
  private header: TsvHeader = new TsvHeader()
  private values: readonly string[] = []

  open(header: TsvHeader, line: string): this {
    this.header = header
    this.values = line.split(header.separator)
    return this
  }

  has(name: string): boolean {
    return this.header.columns.has(name)
  }

  private raw(name: string): string {
    const column = this.header.columns.get(name)
    if (column === undefined || column >= this.values.length) return ''
    const value = this.values[column]
    return value === this.header.unsetField ? '' : value
  }

  text(name: string): string {
    const value = this.raw(name)
    return value === this.header.emptyField ? '' : unescape(value)
  }

  number(name: string): number {
    const value = this.raw(name)
    return value === '' ? NaN : Number(value)
  }

  time(name: string): Microseconds {
    const value = this.raw(name)
    const time = epochTime(value)
    return Number.isNaN(time) ? isoToTime(value) : time
  }

  duration(name: string): Microseconds {
    return durationTime(this.raw(name))
  }

  flag(name: string): boolean | undefined {
    const value = this.raw(name)
    return value === 'T' ? true : value === 'F' ? false : undefined
  }

  list(name: string): string[] {
    const value = this.raw(name)
    if (value === '' || value === this.header.emptyField) return []
    return value.split(this.header.setSeparator, LIST_MAX).map(unescape)
  }
}

/** A JSON line; values of the wrong type count as unset. */
export class JsonRow implements ZeekRow {
  private values: Record<string, unknown> = {}

  open(values: Record<string, unknown>): this {
    this.values = values
    return this
  }

  has(name: string): boolean {
    return Object.hasOwn(this.values, name)
  }

  private raw(name: string): unknown {
    const value = this.values[name]
    // What JSON never holds comes from the prototype.
    return typeof value === 'function' || value === Object.prototype ? undefined : value
  }

  text(name: string): string {
    const value = this.raw(name)
    return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
  }

  number(name: string): number {
    const value = this.raw(name)
    return typeof value === 'number' ? value : typeof value === 'string' ? parse(value) : NaN
  }

  time(name: string): Microseconds {
    const value = this.raw(name)
    if (typeof value === 'number') {
      return value > MILLISECONDS ? millisecondsTime(value) : secondsTime(value)
    }
    if (typeof value !== 'string') return NaN
    const time = epochTime(value)
    return Number.isNaN(time) ? isoToTime(value) : time
  }

  duration(name: string): Microseconds {
    const value = this.number(name)
    const time = secondsTime(value)
    return Number.isNaN(time) ? 0 : time
  }

  flag(name: string): boolean | undefined {
    const value = this.raw(name)
    return typeof value === 'boolean' ? value : undefined
  }

  list(name: string): string[] {
    const value = this.raw(name)
    if (!Array.isArray(value)) return []
    return value
      .slice(0, LIST_MAX)
      .filter((each) => typeof each === 'string' || typeof each === 'number')
      .map(String)
  }
}

const parse = (text: string) => (text === '' ? NaN : Number(text))
