// thingward evidence pack: what the log says of one subject, as one file for somebody else.
import { writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import type { Command } from 'commander'
import { OperatingError } from '../../core/errors.ts'
import { packEvidence } from '../../evidence/index.ts'
import { clock, dataOption, placeOf, withSigner } from './place.ts'

interface Options {
  readonly data: string
  readonly out: string
}

export function packCommand(parent: Command): void {
  parent
    .command('pack')
    .description('Write what the log says of one device, with a page to read and its proofs.')
    .argument('<subject>', 'as the log names it: device:42')
    .requiredOption('--out <file>', 'the file to write (ZIP)')
    .addOption(dataOption())
    .action(async (subject: string, { data, out }: Options) => {
      const place = placeOf(data)
      const actor = `uid:${userInfo().uid}`
      const bytes = await withSigner(place.signer, (signer) =>
        packEvidence({ ...place, signer, clock }, { subject, actor }),
      )
      try {
        writeFileSync(out, bytes, { mode: 0o600 })
      } catch (cause) {
        const text = `cannot write the pack: ${(cause as Error).message}`
        throw new OperatingError('evidence-unwritable', text, { cause })
      }
      process.stderr.write(`thingward: pack of ${subject} written to ${out}\n`)
    })
}
