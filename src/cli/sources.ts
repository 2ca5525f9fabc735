// From what a person names to sources: files by their content, folders of logs, standard input,
// interfaces. Captures are put in the order of their first packets, whatever order they are named
// in.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
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
  if (input === '-') return streamSource('-', process.stdin)
  const status = await stat(input).catch(() => undefined)
  // A named pipe can be read once only.
  if (status?.isFIFO()) return streamSource(input, createReadStream(input))
  if (status?.isDirectory()) return { source: await folderSource(input), start: Infinity }
  const head = await readHead(input)
  if (looksLikeEve(head)) return { source: eveFile(input), start: Infinity }
  return { source: pcapFile(input), start: captureStart(head) }
}

async function streamSource(name: string, stream: Readable): Promise<Opened> {
  const { head, whole } = await peekStream(stream)
  const source = looksLikeEve(head) ? eveStream(name, whole) : pcapStream(name, whole)
  return { source, start: Infinity }
}

async function folderSource(folder: string): Promise<Source> {
  if (await isZeekFolder(folder)) return zeekFolder(folder)
  throw new OperatingError(
    'unknown-folder',
    `${folder}: a folder without Zeek logs that are understood (conn.log, dns.log, …)`,
  )
}
