// Where the evidence log of one Thingward lies below its data folder, for commands that reach for
// it while the rest may or may not be running.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Option } from 'commander'
import { defaultDataFolder } from '../../core/data-folder.ts'
import { EVIDENCE_PLACES, reachSigner, type Signer } from '../../evidence/index.ts'
import { OperatingError } from '../../core/errors.ts'

/** `--data`, with the folder that `thingward up` takes when nobody says. */
export const dataOption = () =>
  new Option('--data <folder>', "Thingward's data folder").default(
    defaultDataFolder(),
    '~/.local/share/thingward',
  )

/** Paths of the log's parts. Throws OperatingError when there is no Thingward in the folder. */
export function placeOf(data: string) {
  const database = join(data, EVIDENCE_PLACES.database)
  if (!existsSync(database)) {
    const text = `no Thingward keeps its data in ${data}: name its folder with --data`
    throw new OperatingError('evidence-place', text)
  }
  return {
    database,
    keys: join(data, EVIDENCE_PLACES.keys),
    signer: join(data, EVIDENCE_PLACES.signer),
  }
}

/** Works with the signer that runs, or with one of our own until the work is done. */
export async function withSigner<Result>(
  folder: string,
  work: (signer: Signer) => Promise<Result>,
): Promise<Result> {
  const { signer, stop } = await reachSigner(folder)
  try {
    return await work(signer)
  } finally {
    await stop()
  }
}

export const clock = () => Date.now() * 1000
