// A file of address truth, read by its kind: facts with their times, and what was left out.
import { OperatingError } from '../../core/errors.ts'
import { DAY } from '../../core/clock.ts'
import { INVENTORY_LIMITS } from '../limits.ts'
import type { TableProblem } from '../documented/csv.ts'
import { hostAddress, macOf, type AddressFact, type ToldFact, type TruthKind } from './kind.ts'

const FACTS = INVENTORY_LIMITS.documented.value
const TEXT = 128
const PROBLEMS_MAX = 100

/** What one file said. */
export interface TruthFile {
  readonly file: string
  readonly kind: TruthKind
  readonly facts: readonly AddressFact[]
  /** Lines without a MAC that can be one, or with an address nobody can have. */
  readonly left: number
  readonly problems: readonly TableProblem[]
}

/** The kind that a text is of. Throws OperatingError `unknown-truth` where none or several fit. */
export function truthKind(file: string, text: string, kinds: readonly TruthKind[]): TruthKind {
  const head = text
    .slice(0, 16_384)
    .replace(/^\ufeff/, '')
    .trimStart()
  const fits = kinds.filter((kind) => kind.recognises(head))
  if (fits.length === 1) return fits[0]
  const names = (fits.length === 0 ? kinds : fits).map(({ id }) => id).join(', ')
  const why = fits.length === 0 ? 'no lease file or address table that is known' : 'fits several'
  throw new OperatingError(
    'unknown-truth',
    `${file}: ${why}; say which: --truth KIND=FILE (${names})`,
  )
}

/**
 * Reads a text; `read`: when it was written, microseconds. A fact that says no times of its own
 * holds a day before and after that.
 */
export function readTruth(
  file: string,
  text: string,
  { kind, read }: { readonly kind: TruthKind; readonly read: number },
): TruthFile {
  const facts: AddressFact[] = []
  const problems: TableProblem[] = []
  let left = 0
  const fact = (told: ToldFact) => {
    const mac = macOf(told.mac)
    const address = told.address ? hostAddress(told.address) : ''
    if (mac === '' || (told.address && address === '') || facts.length >= FACTS) left++
    else facts.push(timed({ ...NOTHING, ...told, mac, address }, read))
  }
  const odd = (line: number, what: string) => {
    if (problems.length < PROBLEMS_MAX) problems.push({ line, what })
  }
  kind.read(text, { fact, odd }, read)
  return { file, kind, facts, left, problems }
}

const NOTHING: AddressFact = {
  mac: '',
  address: '',
  name: '',
  clientId: '',
  port: '',
  from: NaN,
  to: NaN,
  line: 0,
}

function timed(fact: AddressFact, read: number): AddressFact {
  // A table that was written while the lease ran saw it; before that, nobody says.
  const seen = Number.isNaN(fact.to) ? read : Math.min(read, fact.to)
  return {
    ...fact,
    // eslint-disable-next-line no-control-regex
    name: fact.name.replace(/[\u0000-\u001f\u007f-\u009f]/g, '').slice(0, TEXT),
    clientId: fact.clientId.toLowerCase().slice(0, TEXT),
    port: fact.port.slice(0, TEXT),
    from: Number.isNaN(fact.from) ? seen - DAY : fact.from,
    to: Number.isNaN(fact.to) ? read + DAY : fact.to,
  }
}
