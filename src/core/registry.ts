// Loads a folder of plug-ins: one file, one plug-in, in name order, id = file name. A plug-in that
// does not fit stops the start: a detector that is silently missing is worse than a program that
// does not run.
import { readdirSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import assert from 'node:assert/strict'

const SUFFIX = extname(fileURLToPath(import.meta.url))

/** The plug-in files of a folder, without tests and declarations, sorted by name. */
export function pluginNames(folder: URL): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX) && !/\.(test|d)\.[a-z]+$/.test(name))
    .toSorted()
}

/**
 * Imports every plug-in of `folder` and takes its export called `kind` ('protocol', 'detector', …).
 * Throws (our own fault, it stops the start) when the export is missing or its id is not the file
 * name. `only`: the id of the one that is needed now; all of them where there is none such.
 */
export async function loadPlugins<Plugin extends { readonly id: string }>(
  folder: URL,
  kind: string,
  only = '',
): Promise<readonly Plugin[]> {
  const all = pluginNames(folder)
  const names = all.includes(only + SUFFIX) ? [only + SUFFIX] : all
  const modules = await Promise.all(
    names.map((name) => import(new URL(name, folder).href) as Promise<Record<string, unknown>>),
  )
  return modules.map((module, index) => {
    const plugin = module[kind] as Plugin | undefined
    assert(plugin, `${names[index]} must export '${kind}'`)
    assert.equal(plugin.id + SUFFIX, names[index], `${names[index]}: the id must be the file name`)
    return Object.freeze(plugin)
  })
}
