// The programs that some tests need beside Node, one row a Debian package: which commands it
// brings, what for, and which tests use them. The only list: the tests' skip reasons, the closing
// words of `npm test` and what a CI run installs all come from here.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface DebianPackage {
  readonly name: string
  /** Commands the tests look for; the package counts as there when all of them are. */
  readonly commands: readonly string[]
  readonly why: string
  /** Test files or folders, relative to the project. */
  readonly tests: readonly string[]
}

export const PACKAGES: readonly DebianPackage[] = [
  {
    name: 'tcpdump',
    commands: ['tcpdump'],
    why: 'live capture runs it as a child',
    tests: ['src/sensor'],
  },
  {
    name: 'tshark',
    commands: ['tshark', 'editcap', 'mergecap'],
    why: 'a second opinion on fields and addresses; cuts and joins captures',
    tests: ['test'],
  },
  {
    name: 'libyang2-tools',
    commands: ['yanglint'],
    why: 'validates MUD files against the modules of RFC 8520',
    tests: ['src/policy'],
  },
]

/** Whether a command stands in PATH or where Debian keeps the administrator's. */
export function hasCommand(command: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return folder !== ''
    } catch {
      return false
    }
  })
}

/** The packages of which at least one command is missing. */
export const missingPackages = (): DebianPackage[] =>
  PACKAGES.filter((row) => !row.commands.every(hasCommand))

/** The one command that adds packages. */
export const installCommand = (packages: readonly DebianPackage[]) =>
  'apt-get install -y --no-install-recommends ' + packages.map((row) => row.name).join(' ')
