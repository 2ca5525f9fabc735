// docs/reference/exit-codes.md, from core/errors.ts. A code that nobody explained here stops the
// generator.
import { EXIT } from '../../src/core/errors.ts'
import { code, page, table } from './markdown.ts'

const MEANING: Readonly<Record<keyof typeof EXIT, readonly [meaning: string, next: string]>> = {
  ok: ['all was read; nothing that the command was asked to fail on', ''],
  findings: [
    'all was read, and something was found that the command was asked to fail on',
    'read the findings',
  ],
  input: [
    'an input or an option cannot be used: missing, not a capture, broken, unreadable',
    'the message names file and offset; what was read before it is in the output',
  ],
  setup: [
    'the machine lacks something: Node 24, the packages, tcpdump, a right',
    'the message says what, and the command that brings it',
  ],
  fault: ['a fault of ours', 'please report the lines on standard error'],
  interrupted: [
    'stopped at once by a second Ctrl-C or signal',
    'nothing is reported; the first Ctrl-C ends the reading, reports, and does not change the code',
  ],
}

export function exitCodesPage(): string {
  const rows = Object.entries(MEANING).map(([name, words]) => [
    code(String(EXIT[name as keyof typeof EXIT])),
    ...words,
  ])
  const about = 'What the command line hands back, for scripts.'
  return page('Exit codes', about, table(['code', 'meaning', 'what next'], rows))
}
