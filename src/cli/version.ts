// The version, from package.json: one place to change.
import { readFileSync } from 'node:fs'

interface Manifest {
  readonly version: string
}

/** e.g. '0.1.0'. */
export const VERSION = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Manifest
).version
