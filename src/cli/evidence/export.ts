// thingward evidence export, and key: the log as a file that can be checked elsewhere.
import type { Command } from 'commander'
import { exportEvidence, FileKeyRing } from '../../evidence/index.ts'
import { clock, dataOption, placeOf, withSigner } from './place.ts'

interface Options {
  readonly data: string
  readonly out: string
  readonly personal?: boolean
}

export function exportCommand(parent: Command): void {
  parent
    .command('export')
    .description('Write the whole log, freshly signed, into a file that can be checked offline.')
    .requiredOption('--out <file>', 'the file to write (JSON lines)')
    .addOption(dataOption())
    .option('--personal', 'with the personal content that was not erased')
    .action(async ({ data, out, personal }: Options) => {
      const place = placeOf(data)
      const keys = personal ? new FileKeyRing(place.keys) : undefined
      const { entries, note } = await withSigner(place.signer, (signer) =>
        exportEvidence({ database: place.database, signer, file: out, clock, keys }),
      )
      process.stderr.write(`thingward: ${entries} entries written to ${out}\n`)
      process.stdout.write(note)
    })
}

export function keyCommand(parent: Command): void {
  parent
    .command('key')
    .description('Print the key that the log is signed with; note it down somewhere else.')
    .addOption(dataOption())
    .action(async ({ data }: Pick<Options, 'data'>) => {
      const { key } = await withSigner(placeOf(data).signer, (signer) => signer.state())
      process.stdout.write(`${key}\n`)
    })
}
