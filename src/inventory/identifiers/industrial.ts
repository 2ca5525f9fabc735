// Who answers an industrial protocol, message by message: also where only one direction was seen,
// or answers come from another port than the question went to.
import type { Transaction } from '../../flow/index.ts'
import type { Identifier, Notebook } from '../identifier.ts'
import { INDUSTRIAL } from '../tables/industrial.ts'

const ANSWERS: ReadonlySet<unknown> = new Set([
  'response',
  'exception',
  'unsolicited',
  'ack-data',
  'complex-ack',
  'simple-ack',
  'reply',
  'publish',
])

export const identifier: Identifier = {
  id: 'industrial',
  title: 'devices that answer industrial protocols',
  protocols: [...INDUSTRIAL.keys()],

  observe({ protocol, fields, source }: Transaction, notebook: Notebook) {
    if (ANSWERS.has(fields['kind'])) notebook.note(source, 'industrial-answer', protocol)
  },
}
