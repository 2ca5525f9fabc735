// `thingward policy check`: what a file is, what had to be repaired, what is wrong with it, and
// what it permits.
import { readingOrder, REPAIRS, ruleText } from '../../policy/index.ts'
import type { Loss, MudDialect, MudFile, Problem, Profile, Repair } from '../../policy/index.ts'
import { countText, DIALECT_WORDS, KIND_WORDS, type GivenFile } from '../held.ts'
import { safeText } from '../table.ts'
import { ANSWER_VERSION } from './answered.ts'

/** One file as it was examined. */
export interface ExaminedFile {
  readonly name: string
  readonly kind: GivenFile['kind']
  readonly dialect?: MudDialect
  readonly repairs: readonly Repair[]
  readonly problems: readonly Problem[]
  /** What is not as RFC 8520 and RFC 8519 have it, before any repair; MUD files only. */
  readonly letter: readonly Problem[]
  /** What our form does not hold of it. */
  readonly loss: readonly Loss[]
  readonly mud?: MudFile
  readonly profile?: Profile
}

/** Something in it could not be read. */
export const isFaulty = ({ profile, problems }: ExaminedFile): boolean =>
  profile === undefined || problems.some(({ severity }) => severity === 'error')

/** Not valid under the modules of RFC 8520 as it stands. */
export const isIrregular = ({ letter }: ExaminedFile): boolean =>
  letter.some(({ severity }) => severity === 'error')

/** Lines about one file; `full` shows every place and rule. */
export function examinedLines(file: ExaminedFile, full: boolean): string[] {
  const { name, kind, dialect, profile, mud } = file
  const form = kind === 'mud' && dialect ? `, ${DIALECT_WORDS[dialect]}` : ''
  const what = `${KIND_WORDS[kind]}${form}`
  const about = [mud?.mfgName, mud?.modelName ?? mud?.systeminfo].filter(Boolean).join(' ')
  const rules = profile ? `, ${countText(profile.rules.length, 'rule')}` : ''
  return [
    `${name}: ${what}${about === '' ? '' : ` (${about})`}${rules}`,
    ...(kind === 'mud' ? [`  ${letterText(file)}`] : []),
    ...repairLines(file, full),
    ...file.problems.map(({ severity, where, what: text }) => `  ${severity}: ${where}: ${text}`),
    ...(full ? fullLines(file) : []),
  ].map(safeText)
}

function letterText({ letter }: ExaminedFile): string {
  const errors = letter.filter(({ severity }) => severity === 'error')
  const warnings = letter.length - errors.length
  const also = warnings > 0 ? `, ${countText(warnings, 'warning')}` : ''
  return errors.length === 0
    ? `valid as RFC 8520 has it${also}`
    : `not valid as RFC 8520 has it: ${countText(errors.length, 'error')}${also}`
}

function repairLines({ repairs }: ExaminedFile, full: boolean): string[] {
  const kinds = Map.groupBy(repairs, ({ kind }) => kind)
  return [...kinds].flatMap(([kind, list]) => [
    `  repaired ${list.length}×: ${REPAIRS[kind]}`,
    ...(full ? list.map(({ where }) => `    ${where}`) : []),
  ])
}

const fullLines = ({ letter, loss, profile }: ExaminedFile): string[] => [
  ...letter.map(({ severity, where, what }) => `  by the letter, ${severity}: ${where}: ${what}`),
  ...loss.map(({ effect, what }) => `  not held, ${effect}: ${what}`),
  ...(profile ? readingOrder(profile.rules).map((rule) => `    ${ruleText(rule)}`) : []),
]

/** The same as one JSON document. */
export const examinedDocument = (files: readonly ExaminedFile[], version: string) => ({
  schemaVersion: ANSWER_VERSION,
  thingward: version,
  files: files.map((file) => ({
    file: file.name,
    kind: file.kind,
    ...(file.dialect && { dialect: file.dialect }),
    faulty: isFaulty(file),
    repairs: file.repairs,
    problems: file.problems,
    letter: file.letter,
    loss: file.loss,
    ...(file.profile && { profile: file.profile }),
  })),
})
