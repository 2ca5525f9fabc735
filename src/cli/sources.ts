// From what a person names to sources: files by their content, folders of logs, standard input,
// interfaces. Captures are put in the order of their first packets, whatever order they are named
// in.
import { stat } from 'node:fs/promises'
import { OperatingError } from '../core/errors.ts'
import {
  captureStart,
  eveFile,
  eveStream,
  isZeekFolder,
  liveSource,
  looksLikeEve,
  pcapFile,
  pcapStream,
  peekStream,
  readHead,
  type Source,
  zeekFolder,
} from '../sensor/index.ts'

/** Throws an OperatingError when nothing is named, or two things that exclude each other. */
export async function sourcesOf(
  inputs: readonly string[],
  networkInterface?: string,
): Promise<Source[]> {
  if (networkInterface !== undefined && inputs.length > 0) {
    throw new OperatingError('two-inputs', 'name files or an interface (-i), not both')
  }
  if (inputs.length === 0 && networkInterface === undefined) {
    throw new OperatingError('no-input', "nothing to watch: name a capture, '-', or -i INTERFACE")
  }
  if (networkInterface !== undefined) return [liveSource(networkInterface)]
  if (inputs.filter((input) => input === '-').length > 1) {
    throw new OperatingError('two-inputs', 'standard input can be read once only')
  }
  const opened = await Promise.all(inputs.map(sourceOf))
  return opened.toSorted((a, b) => a.start - b.start).map(({ source }) => source)
}

interface Opened {
  readonly source: Source
  /** Time of the first record; Infinity where it is not known before reading. */
  readonly start: number
}

/** What an input is, by its content. */
async function sourceOf(input: string): Promise<Opened> {
  if (input === '-') {
    const { head, whole } = await peekStream(process.stdin)
    const source = looksLikeEve(head) ? eveStream('-', whole) : pcapStream('-', whole)
    return { source, start: Infinity }
  }
  const isFolder = (await stat(input).catch(() => undefined))?.isDirectory() ?? false
  if (isFolder) return { source: await folderSource(input), start: Infinity }
  const head = await readHead(input)
  if (looksLikeEve(head)) return { source: eveFile(input), start: Infinity }
  return { source: pcapFile(input), start: captureStart(head) }
}

async function folderSource(folder: string): Promise<Source> {
  if (await isZeekFolder(folder)) return zeekFolder(folder)
  throw new OperatingError(
    'unknown-folder',
    `${folder}: a folder without Zeek logs that are understood (conn.log, dns.log, …)`,
  )
}
