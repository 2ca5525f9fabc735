// Tables as text: RFC 4180, and what spreadsheets make of it (semicolons, tabs, UTF-16, Windows
// letters, a `sep=` line). Bounded in rows, columns and characters; oddities are told by line.
import { INVENTORY_LIMITS } from '../limits.ts'

const ROWS = INVENTORY_LIMITS.documented.value
const COLUMNS = INVENTORY_LIMITS.documentedColumns.value
const LENGTH = INVENTORY_LIMITS.documentedText.value
const PROBLEMS_MAX = 100

/** One record; `line` is where it begins in the file, from 1. */
export interface CsvRow {
  readonly line: number
  readonly cells: readonly string[]
}

/** What is odd about an input, and where (line 0: the file as a whole). */
export interface TableProblem {
  readonly line: number
  readonly what: string
}

export interface CsvTable {
  /** Letters as they were found: 'utf-8', 'utf-16le', 'utf-16be', 'windows-1252'. */
  readonly encoding: string
  readonly delimiter: string
  readonly rows: readonly CsvRow[]
  /** Records beyond the limit. */
  readonly dropped: number
  readonly problems: readonly TableProblem[]
}

/** Bytes to text: byte order marks first, then UTF-8, then what Windows spreadsheets write. */
export function decodeText(bytes: Uint8Array): {
  readonly text: string
  readonly encoding: string
} {
  const marked = markedEncoding(bytes) ?? unmarkedUtf16(bytes)
  if (marked) return { text: new TextDecoder(marked).decode(bytes), encoding: marked }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' }
  } catch {
    const encoding = 'windows-1252'
    return { text: new TextDecoder(encoding).decode(bytes), encoding }
  }
}

function markedEncoding(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return undefined
}

/** A head line is mostly ASCII: then every second byte is zero. */
function unmarkedUtf16(bytes: Uint8Array): string | undefined {
  if (bytes.length < 4) return undefined
  if (bytes[0] !== 0 && bytes[1] === 0 && bytes[3] === 0) return 'utf-16le'
  if (bytes[0] === 0 && bytes[1] !== 0 && bytes[2] === 0) return 'utf-16be'
  return undefined
}

/** Reads a whole table. Nothing in it can make this throw. */
export function readCsv(bytes: Uint8Array): CsvTable {
  const { text, encoding } = decodeText(bytes)
  const separator = /^\ufeff?sep=(.)\r?\n/.exec(text)
  const body = separator ? text.slice(separator[0].length) : text
  const delimiter = separator?.[1] ?? likelyDelimiter(body)
  const reader = new CsvReader(body, delimiter, separator ? 2 : 1)
  reader.read()
  const { rows, dropped, problems } = reader
  return { encoding, delimiter, rows, dropped, problems }
}

/** The one of , ; tab | that the first line has most of, outside quotes. */
function likelyDelimiter(text: string): string {
  const counts = new Map([',', ';', '\t', '|'].map((mark) => [mark, 0]))
  let quoted = false
  for (let at = 0; at < text.length && at < 65_536; at++) {
    const letter = text[at]
    if (letter === '"') quoted = !quoted
    else if (!quoted && (letter === '\n' || letter === '\r') && at > 0) break
    else if (!quoted && counts.has(letter)) counts.set(letter, counts.get(letter)! + 1)
  }
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))[0]
}

class CsvReader {
  readonly rows: CsvRow[] = []
  readonly problems: TableProblem[] = []
  dropped = 0
  private readonly text: string
  private readonly delimiter: string
  private at = 0
  private line: number
  private cells: string[] = []

  constructor(text: string, delimiter: string, line: number) {
    this.text = text
    this.delimiter = delimiter
    this.line = line
  }

  read(): void {
    while (this.at < this.text.length) this.record()
  }

  private record(): void {
    const start = this.line
    this.cells = []
    while (this.field());
    const { cells } = this
    if (cells.every((cell) => cell.trim() === '')) return
    if (this.rows.length >= ROWS) this.dropped++
    else this.rows.push({ line: start, cells })
  }

  /** Reads one field and what ends it; false at the end of the record. */
  private field(): boolean {
    const isQuoted = this.text[this.at] === '"'
    const value = isQuoted ? this.quoted() : this.plain()
    if (this.cells.length < COLUMNS) this.cells.push(this.bounded(value))
    else if (this.cells.length === COLUMNS) this.tell(`more than ${COLUMNS} columns`)
    const end = this.text[this.at]
    if (end === undefined) return false
    this.at++
    if (end === this.delimiter) return true
    if (end === '\r' && this.text[this.at] === '\n') this.at++
    this.line++
    return false
  }

  private bounded(value: string): string {
    if (value.length <= LENGTH) return value
    this.tell(`a text of ${value.length} characters cut to ${LENGTH}`)
    return value.slice(0, LENGTH)
  }

  private plain(): string {
    const { text, delimiter } = this
    const from = this.at
    while (this.at < text.length) {
      const letter = text[this.at]
      if (letter === delimiter || letter === '\n' || letter === '\r') break
      this.at++
    }
    return text.slice(from, this.at)
  }

  /** RFC 4180 2.5 to 2.7; what follows a closing quote is taken as it stands. */
  private quoted(): string {
    const { text } = this
    const start = this.line
    let value = ''
    let from = ++this.at
    for (;;) {
      const stop = text.indexOf('"', from)
      if (stop < 0) {
        this.tell('a quote that never closes', start)
        value += text.slice(from)
        this.at = text.length
        break
      }
      value += text.slice(from, stop)
      from = stop + 1
      if (text[from] !== '"') {
        this.at = from
        break
      }
      value += '"'
      from++
    }
    this.line += linesIn(value)
    if (this.at >= text.length) return value
    const rest = this.plain()
    if (rest.trim() !== '') this.tell('text behind a closing quote')
    return rest.trim() === '' ? value : value + rest
  }

  private tell(what: string, line = this.line): void {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push({ line, what })
  }
}

function linesIn(value: string): number {
  let lines = 0
  for (let at = value.indexOf('\n'); at >= 0; at = value.indexOf('\n', at + 1)) lines++
  return lines
}

/** One line of a table, quoted where RFC 4180 2.6 asks for it; no cell is taken for a formula. */
export const csvLine = (cells: readonly string[]): string => cells.map(csvCell).join(',')

function csvCell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}
