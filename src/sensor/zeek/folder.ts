// A folder of Zeek logs: which files hold which log, plain or compressed, rotated by hour, archived
// by day.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** `conn.log`, `conn.08:00:00-09:00:00.log.gz`, `conn.log.labeled`, `conn.log.zst`. */
const LOG = /^([a-z0-9_]+)\.(?:[^/]*\.)?log(?:\.[a-z0-9]+)*$/i
const DAY = /^\d{4}-\d\d-\d\d$/
/** Files of one folder that are looked at. */
const FILES_MAX = 100_000

/** The files of each log by its name, in order of time as their names tell it. */
export async function zeekFiles(folder: string): Promise<Map<string, string[]>> {
  const files = new Map<string, string[]>()
  const entries = (await readdir(folder, { withFileTypes: true })).slice(0, FILES_MAX)
  const add = (path: string, name: string) => {
    const log = LOG.exec(name)?.[1].toLowerCase()
    if (log) files.set(log, [...(files.get(log) ?? []), path])
  }
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory()) add(join(folder, entry.name), entry.name)
    else if (DAY.test(entry.name)) {
      const names = (await readdir(join(folder, entry.name))).slice(0, FILES_MAX).toSorted()
      for (const name of names) add(join(folder, entry.name, name), name)
    }
  }
  return files
}
