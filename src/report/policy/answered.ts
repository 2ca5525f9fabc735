// What the reports on policies have in common: who is asked about, and by which file.
import type { AssignedBy, PolicyDevice } from '../../policy/index.ts'
import { BY_WORDS, type GivenFile } from '../held.ts'
import { safeText } from '../table.ts'

/** Raised when a field of these documents changes its meaning or goes away. */
export const ANSWER_VERSION = 1

/** A device's file. */
export interface AnsweredBy {
  readonly file: { readonly name: string; readonly kind: GivenFile['kind'] }
  readonly by: AssignedBy
}

/** One answer for each device that has a policy, and the devices without one. */
export interface Answered<Answer> {
  readonly answers: readonly Answer[]
  readonly without: readonly PolicyDevice[]
}

/** `door-2.json, by its MUD URL` */
export const fileText = ({ file, by }: AnsweredBy): string => `${file.name}, ${BY_WORDS[by]}`

/** The file as the JSON documents name it. */
export const fileJson = ({ file, by }: AnsweredBy) => ({ file: file.name, kind: file.kind, by })

/** A line about the devices that nothing was asked about; none when there are none. */
export const withoutLines = ({ without }: Answered<unknown>): string[] =>
  without.length === 0
    ? []
    : ['', safeText(`no file for: ${without.map(({ id, name }) => `${id} ${name}`).join(', ')}`)]
