// The entry point: runs the command, turns errors into messages and exit codes.
import { CommanderError, type Command } from 'commander'
import { EXIT, OperatingError } from '../core/errors.ts'
import { buildProgram } from './program.ts'
import { VERSION } from './version.ts'

/** Answers the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  // The launcher asks this at every set-up: no plug-in need be loaded for it.
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${VERSION}\n`)
    return EXIT.ok
  }
  // A command need not wait for what only others load.
  const program = await buildProgram(argv[0])
  throwInsteadOfExit(program)
  try {
    await program.parseAsync(argv, { from: 'user' })
    return Number(process.exitCode ?? EXIT.ok)
  } catch (cause) {
    if (cause instanceof CommanderError) return cause.exitCode === 0 ? EXIT.ok : EXIT.input
    if (cause instanceof OperatingError) {
      process.stderr.write(`thingward: ${cause.message}\n`)
      return cause.exitCode
    }
    throw cause
  }
}

/** So that a wrong word ends in our exit code, at every depth of commands. */
function throwInsteadOfExit(command: Command): void {
  command.exitOverride()
  for (const inner of command.commands) throwInsteadOfExit(inner)
}

// A reader that has had enough (`| head`) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok)
  throw error
})

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (fault) {
  const text = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)
  process.stderr.write(`thingward: our own fault, please report it:\n${text}\n`)
  process.exitCode = EXIT.fault
}
