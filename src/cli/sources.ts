// From what a person names to sources: files by their content, folders of logs, standard input,
// interfaces.
import { OperatingError } from '../core/errors.ts'
import { liveSource, pcapFile, pcapStream, type Source } from '../sensor/index.ts'

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
  return inputs.map((input) => (input === '-' ? pcapStream('-', process.stdin) : pcapFile(input)))
}
