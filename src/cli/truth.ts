// `--truth [KIND=]FILE`: lease files and address tables, read before the run; what became of them,
// told after it.
import { OperatingError } from '../core/errors.ts'
import {
  decodeText,
  loadTruthKinds,
  readTruth,
  truthKind,
  type TruthFile,
  type TruthKind,
  type TruthUse,
} from '../inventory/index.ts'
import { safeText } from '../report/index.ts'
import { boundedFile } from './bounded-file.ts'

/** Reads all files; throws an OperatingError for one that cannot be read or is of no known kind. */
export async function truthOf(words: readonly string[] | undefined): Promise<TruthFile[]> {
  if (words === undefined) return []
  const kinds = await loadTruthKinds()
  const files: TruthFile[] = []
  for (const word of words) {
    const { path, named } = split(word, kinds)
    const { bytes, modified } = await boundedFile(path)
    const { text } = decodeText(bytes)
    const kind = named ?? truthKind(path, text, kinds)
    const file = readTruth(path, text, { kind, read: modified })
    files.push(file)
    for (const { line, what } of file.problems.slice(0, 4)) note(`${path}:${line}: ${what}`)
  }
  return files
}

interface Named {
  readonly path: string
  readonly named?: TruthKind
}

function split(word: string, kinds: readonly TruthKind[]): Named {
  const at = word.indexOf('=')
  if (at < 1 || word.slice(0, at).includes('/')) return { path: word }
  const named = kinds.find(({ id }) => id === word.slice(0, at))
  if (named) return { path: word.slice(at + 1), named }
  const names = kinds.map(({ id }) => id).join(', ')
  throw new OperatingError('unknown-truth', `'${word.slice(0, at)}' is none of ${names}`)
}

/** One line a file: how much of it was used, and why not the rest. */
export function tellTruth(uses: readonly TruthUse[]): void {
  for (const { file, kind, facts, used, untimely, contradicted, left } of uses) {
    const reasons = [
      [untimely, 'not of the time that was looked at'],
      [contradicted, 'said otherwise on the wire'],
      [left, 'without a usable MAC or address'],
    ] as const
    const rest = reasons.flatMap(([count, why]) => (count > 0 ? [`${count} ${why}`] : []))
    const why = rest.length > 0 ? ` (${rest.join(', ')})` : ''
    note(`${used} of ${facts + left} entries of ${file} (${kind}) used${why}`)
  }
}

const note = (text: string): void => void process.stderr.write(`thingward: ${safeText(text)}\n`)
