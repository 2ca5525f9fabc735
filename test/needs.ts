// What a test needs that is not in the project, as the value of node's `skip` option: false when it
// is there, else the reason, which begins with 'needs' and names the command that adds it.
import { existsSync } from 'node:fs'
import { installCommand, hasCommand, PACKAGES } from '../tools/packages.ts'

/** Skips without all of these commands; each has to stand in tools/packages.ts. */
export function needs(...commands: string[]): string | false {
  for (const command of commands) {
    const row = PACKAGES.find((candidate) => candidate.commands.includes(command))
    if (!row) throw new Error(`tools/packages.ts names no package that brings '${command}'`)
    if (!hasCommand(command)) return `needs ${command}: ${installCommand([row])}`
  }
  return false
}

/** Skips where we are not root (network namespaces, live capture). */
export const needsRoot = (): string | false =>
  process.getuid?.() === 0 ? false : 'needs root: sudo npm test'

/** The folder with other people's captures, unpacked; undefined without one. */
export const captures: string | undefined = existsSync(process.env.THINGWARD_CAPTURES ?? '')
  ? process.env.THINGWARD_CAPTURES
  : undefined

/** Skips without the captures of others, which are not ours to ship. */
export const needsCaptures = (): string | false =>
  captures === undefined && 'needs captures: THINGWARD_CAPTURES=FOLDER npm test'
