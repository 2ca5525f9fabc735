// `--policy`: reads what was given before the run, and says how it went.
import { readPolicyFolder, type PolicyFile } from '../../app/index.ts'
import { OperatingError } from '../../core/errors.ts'
import { safeText } from '../../report/index.ts'

/**
 * The policies of a folder; undefined without one. Throws an OperatingError when nothing in it can
 * be used.
 */
export async function policiesOf(folder: string | undefined): Promise<PolicyFile[] | undefined> {
  if (folder === undefined) return undefined
  const files = await readPolicyFolder(folder)
  if (files.some(({ profile }) => profile)) return files
  const [{ name, problems }] = files
  const why = problems[0]?.what ?? 'nothing in it'
  throw new OperatingError('no-policy', `${folder}: no policy that can be used (${name}: ${why})`)
}

/** Names on standard error each file that could not be used; answers whether there was one. */
export function tellUnusable(files: readonly PolicyFile[] = []): boolean {
  const unusable = files.filter(({ profile }) => !profile)
  for (const { name, problems } of unusable) {
    process.stderr.write(safeText(`thingward: ${name}: not used: ${problems[0]?.what}`) + '\n')
  }
  return unusable.length > 0
}
