// When makers end sale and support of their products (I12), as a table that the user supplies: a
// row names manufacturer, model and firmware (with * for anything) and one or two dates.
import { DAY, type Microseconds } from '../../core/clock.ts'
import { OperatingError } from '../../core/errors.ts'
import { readCsv, type TableProblem } from '../documented/csv.ts'
import { tidy } from '../documented/wording.ts'

/** One row. Dates are the last moment of the day, microseconds; NaN where none is given. */
export interface SupportRow {
  readonly manufacturer: string
  /** With * for any letters; '' for every model of the maker. */
  readonly model: string
  /** The same for firmware; '' for any, also an unknown one. */
  readonly firmware: string
  readonly endOfSale: Microseconds
  readonly endOfSupport: Microseconds
  /** Where it is written. */
  readonly source: string
  readonly line: number
}

/** A table as it was read. */
export interface SupportTable {
  readonly file: string
  readonly rows: readonly SupportRow[]
  readonly problems: readonly TableProblem[]
}

type Field = 'manufacturer' | 'model' | 'firmware' | 'endOfSale' | 'endOfSupport' | 'source'

const HEADS: { readonly [field in Field]: readonly string[] } = {
  manufacturer: ['manufacturer', 'vendor', 'make', 'maker', 'brand'],
  model: ['model', 'product', 'product name', 'device type', 'part number', 'pid'],
  firmware: ['firmware', 'firmware version', 'version', 'software version'],
  endOfSale: ['end of sale', 'eos', 'end of sales', 'discontinued', 'last order', 'eosale'],
  endOfSupport: [
    'end of support',
    'end of life',
    'eol',
    'support until',
    'security updates until',
    'end of security updates',
    'last date of support',
    'ldos',
  ],
  source: ['source', 'url', 'reference', 'link', 'announcement'],
}

const simple = (head: string): string =>
  head
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()

/** Reads a CSV. Throws OperatingError `no-columns` without maker, model and a date. */
export function readSupport(file: string, bytes: Uint8Array): SupportTable {
  const { rows, problems: odd } = readCsv(bytes)
  const heads = (rows[0]?.cells ?? []).map(simple)
  const at = (field: Field) => heads.findIndex((head) => HEADS[field].includes(head))
  const [sale, support] = [at('endOfSale'), at('endOfSupport')]
  if ((at('manufacturer') < 0 && at('model') < 0) || (sale < 0 && support < 0)) {
    const what = `${file}: needs columns for manufacturer or model, and for end of support`
    throw new OperatingError('no-columns', `${what} (or end of sale)`)
  }
  const problems = [...odd]
  const found: SupportRow[] = []
  for (const { line, cells } of rows.slice(1)) {
    const cell = (field: Field) => tidy(cells[at(field)])
    const date = (field: Field) => {
      const text = cell(field)
      const time = text === '' ? NaN : dateOf(text)
      if (text !== '' && Number.isNaN(time)) problems.push({ line, what: `'${text}' is no date` })
      return time
    }
    const row: SupportRow = {
      manufacturer: cell('manufacturer'),
      model: cell('model'),
      firmware: cell('firmware'),
      endOfSale: date('endOfSale'),
      endOfSupport: date('endOfSupport'),
      source: cell('source'),
      line,
    }
    const isDated = !Number.isNaN(row.endOfSale) || !Number.isNaN(row.endOfSupport)
    if (!isDated) problems.push({ line, what: 'no date: left out' })
    else if (row.manufacturer === '' && row.model === '') {
      problems.push({ line, what: 'neither manufacturer nor model: left out' })
    } else found.push(row)
  }
  return { file, rows: found, problems: problems.slice(0, 1000) }
}

/**
 * The last moment of a day, month or year: 2027-03-31, 2027/03/31, 31.03.2027, 2027-03, 2027. Days
 * and months in another order are ambiguous, and no date.
 */
export function dateOf(text: string): Microseconds {
  const iso = /^(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?:[T ].*)?$/.exec(text)
  const german = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text)
  const [year, month, day] = iso ? iso.slice(1) : german ? german.slice(1).toReversed() : []
  if (year === undefined) return NaN
  const [y, m, d] = [Number(year), Number(month ?? 12), day === undefined ? 0 : Number(day)]
  if (m < 1 || m > 12 || d > 31 || (day !== undefined && d < 1)) return NaN
  // Day 0 of the next month is the last one of this.
  const time = day === undefined ? Date.UTC(y, m, 0) : Date.UTC(y, m - 1, d)
  const isReal = day === undefined || new Date(time).getUTCDate() === d
  return isReal ? time * 1000 + DAY - 1 : NaN
}
