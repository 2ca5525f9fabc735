// A host name that a device gives itself: the name, and what a maker's pattern or a person's word
// in it says.
import type { Transaction } from '../../flow/index.ts'
import type { Notebook } from '../identifier.ts'
import { cloudOf } from './clouds.ts'
import { applyHints } from './hint.ts'
import { HOSTNAMES, HOSTNAME_WORDS } from './hostnames.ts'

/** Names that software has before anybody gives it one: they name nothing. */
const EMPTY_NAME =
  /^(?:localhost|localdomain|android|none|unknown|default|null|\(none\)|host|linux)$/i

/** Notes a host name (domain cut off) and concludes what its pattern tells. */
export function noteHostname(
  notebook: Notebook,
  endpoint: number,
  source: string,
  name: string,
  transaction: Transaction,
): void {
  const note = notebook.note(endpoint, source, name, transaction)
  if (!note) return
  const host = name.replace(/\.$/, '').split('.')[0]
  if (host === '' || EMPTY_NAME.test(host)) return
  note.says('hostname', host, 0.9)
  if (!applyHints(note, host, HOSTNAMES)) applyHints(note, host, HOSTNAME_WORDS)
}

/**
 * Concludes from a name that an endpoint asked for or connected to. Names without a row are not
 * kept.
 */
export function noteCloud(
  notebook: Notebook,
  endpoint: number,
  source: string,
  name: string,
  transaction: Transaction,
): void {
  const found = lookUp(name)
  if (!found) return
  const note = notebook.note(endpoint, source, found.domain, transaction)
  if (!note) return
  const { manufacturer, platform, type, os, confidence, typeConfidence } = found.cloud
  if (manufacturer) note.says('manufacturer', manufacturer, confidence)
  if (platform) note.software(`${platform} platform`, '')
  if (os) note.says('os', os, confidence)
  if (type) note.type(type, typeConfidence ?? confidence * 0.7)
}

type Found = ReturnType<typeof cloudOf>
const NAMES_KEPT = 8192
const looked = new Map<string, Found>()

/** Names repeat: the last few thousand are remembered, with or without a row. */
function lookUp(name: string): Found {
  if (looked.has(name)) return looked.get(name)
  const found = cloudOf(name.toLowerCase())
  if (looked.size >= NAMES_KEPT) looked.clear()
  looked.set(name, found)
  return found
}
