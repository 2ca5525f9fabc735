// `--mud` and `--profiles`: what was learnt, as files. The folders are opened before the run, so
// that one that cannot be used is told at once.
import { MANIFEST, mudTexts, profileTexts, WrittenFolder } from '../../app/index.ts'
import type { Conclusion, WrittenProfile } from '../../app/index.ts'
import { EXIT, OperatingError } from '../../core/errors.ts'
import { countText } from '../../report/index.ts'

export interface PolicyOutputPaths {
  readonly mud?: string
  readonly profiles?: string
  readonly force?: boolean
}

/** The folders of one run. */
export class PolicyOutputs {
  private readonly mud: WrittenFolder | undefined
  private readonly profiles: WrittenFolder | undefined

  /** Throws an OperatingError when a folder cannot be used. */
  constructor({ mud, profiles, force = false }: PolicyOutputPaths) {
    if (mud !== undefined) this.mud = new WrittenFolder(mud, force)
    if (profiles !== undefined) {
      this.profiles = mud === profiles ? this.mud : new WrittenFolder(profiles, force)
    }
  }

  /** Writes them, and says so. Throws an OperatingError that names the files left as they were. */
  finish({ profiles, site }: Conclusion): void {
    // An empty list would forbid everything to a device of which nothing was learnt.
    const some = profiles.filter(({ rules }) => rules.length > 0)
    const kept: string[] = []
    if (this.mud) {
      const files = mudTexts(some, site)
      kept.push(...put(this.mud, files, 'what MUD could not express stands with each file'))
      tell(this.mud.folder, 'MUD file', files)
    }
    if (this.profiles) {
      const files = profileTexts(some, site)
      kept.push(...put(this.profiles, files, 'profiles, to be given with --policy'))
      tell(this.profiles.folder, 'profile', files)
    }
    const none = profiles.length - some.length
    if (none > 0 && (this.mud ?? this.profiles)) {
      note(`${countText(none, 'device')} of which nothing was learnt: no file`)
    }
    if (kept.length > 0) throw notOurs(kept)
  }
}

const put = (folder: WrittenFolder, files: readonly WrittenProfile[], about: string): string[] =>
  folder.write(files, about).map((name) => `${folder.folder}/${name}`)

const SHOWN = 8

function notOurs(kept: readonly string[]): OperatingError {
  const names = kept.slice(0, SHOWN).join(', ')
  const more = kept.length > SHOWN ? ` and ${kept.length - SHOWN} more` : ''
  const what =
    `${names}${more}: not written by Thingward, or changed since, so left as ` +
    `${kept.length === 1 ? 'it is' : 'they are'}; --force overwrites`
  return new OperatingError('not-ours', what, { exitCode: EXIT.input })
}

const note = (text: string) => void process.stderr.write(`thingward: ${text}\n`)

function tell(folder: string, what: string, files: readonly WrittenProfile[]): void {
  note(`${countText(files.length, what)} in ${folder}`)
  const lossy = files.filter(({ losses }) => losses.some(({ effect }) => effect !== 'none'))
  if (lossy.length === 0) return
  note(`what MUD could not express (in full in ${folder}/${MANIFEST}):`)
  for (const file of lossy) process.stderr.write(`  ${file.name}: ${lossText(file)}\n`)
}

const EFFECTS = [
  ['widened', 'permits more than was learnt'],
  ['narrowed', 'permits less'],
  ['omitted', 'left out'],
] as const

/** `permits more than was learnt: application 4×, topics 1×; left out: name-suffix 1×` */
function lossText({ losses }: WrittenProfile): string {
  return EFFECTS.flatMap(([effect, words]) => {
    const some = losses.filter((loss) => loss.effect === effect)
    if (some.length === 0) return []
    const kinds = [...Map.groupBy(some, ({ kind }) => kind)]
    return [`${words}: ${kinds.map(([kind, list]) => `${kind} ${list.length}×`).join(', ')}`]
  }).join('; ')
}
