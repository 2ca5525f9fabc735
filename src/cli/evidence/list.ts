// thingward evidence list, and erase: what the log holds, and personal content taken out of it.
import { userInfo } from 'node:os'
import type { Command } from 'commander'
import { isoTime } from '../../core/clock.ts'
import { OperatingError } from '../../core/errors.ts'
import { eraseEvidence, listEvidence, type EvidenceRow } from '../../evidence/index.ts'
import { clock, dataOption, placeOf, withSigner } from './place.ts'

interface ListOptions {
  readonly data: string
  readonly kind?: string
  readonly subject?: string
  readonly actor?: string
  readonly limit: number
  readonly json?: boolean
}

export function listCommand(parent: Command): void {
  parent
    .command('list')
    .description('Print the newest entries.')
    .option('--kind <kind>', 'of this kind only')
    .option('--subject <subject>', 'about this one only: device:42, user:7')
    .option('--actor <actor>', 'by this one only')
    .option('--limit <count>', 'how many', Number, 50)
    .option('--json', 'one JSON object a line')
    .addOption(dataOption())
    .action(({ data, json, ...query }: ListOptions) => {
      if (!(query.limit > 0)) throw new OperatingError('bad-option', '--limit is a number above 0')
      const rows = listEvidence(placeOf(data).database, query)
      const lines = rows.map((row) => (json ? JSON.stringify(row) : wordsOf(row)))
      process.stdout.write(lines.map((line) => `${line}\n`).join(''))
    })
}

const wordsOf = ({ entry, hash }: EvidenceRow) =>
  [
    String(entry.sequence).padStart(8),
    isoTime(entry.recorded),
    hash.slice(0, 12),
    entry.kind.padEnd(20),
    entry.actor,
    entry.subject,
    JSON.stringify(entry.facts),
    ...(entry.personal === undefined ? [] : ['+ personal']),
  ].join('  ')

interface EraseOptions {
  readonly data: string
  readonly reason: string
}

export function eraseCommand(parent: Command): void {
  parent
    .command('erase')
    .description('Destroy the key of a person’s content, for good; the chain stays whole.')
    .argument('<person>', 'as the log names them: user:7')
    .requiredOption('--reason <text>', 'why; it goes on record')
    .addOption(dataOption())
    .action(async (person: string, { data, reason }: EraseOptions) => {
      const place = placeOf(data)
      const actor = `uid:${userInfo().uid}`
      const { sequence, entries } = await withSigner(place.signer, (signer) =>
        eraseEvidence({ ...place, signer, clock }, { person, actor, reason }),
      )
      const what = `${entries} entries of ${person} lost their personal content`
      process.stderr.write(`thingward: ${what}; entry ${sequence} says so\n`)
    })
}
