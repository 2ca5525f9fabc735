// Shell completion from the program itself: commands, options and the values they take. Files are
// left to the shell.
import type { Command, Option } from 'commander'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

interface Words {
  readonly path: string
  readonly commands: readonly Command[]
  readonly options: readonly Option[]
}

const BIND = 'complete -o default -F _thingward thingward\n'

/** The script that teaches a shell this program's words. */
export function completionScript(program: Command, shell: Shell): string {
  const all = wordsOf(program, '')
  if (shell === 'fish') return fish(all)
  const body = bash(all)
  if (shell === 'bash') return `${body}${BIND}`
  // zsh runs bash's functions after this one line.
  return `autoload -U +X bashcompinit && bashcompinit\n${body}${BIND}`
}

function wordsOf(command: Command, path: string): Words[] {
  const commands = command.commands.filter((one) => one.name() !== 'help')
  const own = { path, commands, options: command.options }
  return [own, ...commands.flatMap((one) => wordsOf(one, `${path} ${one.name()}`.trim()))]
}

const flags = (options: readonly Option[]): string[] =>
  options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined))

function bash(all: readonly Words[]): string {
  const cases = all.map(({ path, commands, options }) => {
    const words = [...commands.map((one) => one.name()), ...flags(options), '--help'].join(' ')
    return `    '${path}') words='${words}' ;;`
  })
  const names = all.map(({ path }) => `'${path}'`).join('|')
  return [
    '_thingward() {',
    '  local word path= words= i',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    word="${COMP_WORDS[i]}"',
    '    [[ $word == -* ]] && continue',
    '    case "${path:+$path }$word" in',
    `      ${names}) path="\${path:+$path }$word" ;;`,
    '    esac',
    '  done',
    '  case "$path" in',
    ...cases,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    '',
  ].join('\n')
}

/** fish quotes with backslashes inside single quotes. */
const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`

function fish(all: readonly Words[]): string {
  return all
    .flatMap(({ path, commands, options }) => {
      const seen = path.split(' ').filter((word) => word !== '')
      const nested = commands.map((one) => one.name()).join(' ')
      const here = seen.map((word) => `__fish_seen_subcommand_from ${word}`)
      const deeper = nested === '' ? [] : [`not __fish_seen_subcommand_from ${nested}`]
      const when = [...here, ...deeper].join('; and ') || '__fish_use_subcommand'
      const start = `complete -c thingward -n ${quoted(when)}`
      return [
        ...commands.map(
          (one) => `${start} -f -a ${one.name()} -d ${quoted(summary(one.description()))}`,
        ),
        ...options.map((option) => {
          const short = option.short ? ` -s ${option.short.slice(1)}` : ''
          const long = option.long ? ` -l ${option.long.slice(2)}` : ''
          const value = option.required ? ' -r' : ''
          return `${start}${short}${long}${value} -d ${quoted(summary(option.description))}`
        }),
      ]
    })
    .join('\n')
    .concat('\n')
}

const summary = (text: string): string => text.split('\n')[0].slice(0, 72)
