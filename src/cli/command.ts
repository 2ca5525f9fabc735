// The contract of a command: one file in commands/, loaded by name, built on commander, with
// examples that teach it.
import type { Command } from 'commander'

export interface CliCommand {
  /** File name and the word people type. */
  readonly id: string
  /** Adds itself to the program. */
  register(program: Command): void
}

/** Examples under a command's help: each line with what it does. */
export function examples(lines: readonly (readonly [string, string])[]): string {
  const wide = Math.max(...lines.map(([line]) => line.length))
  return ['', 'Examples:', ...lines.map(([line, what]) => `  ${line.padEnd(wide)}  ${what}`)].join(
    '\n',
  )
}
