// Host names that devices give themselves, and names of clouds that they call: what each tells.
import type { Note } from '../identifier.ts'
import type { Cloud } from './clouds.ts'
import { applyHints } from './hint.ts'
import { HOSTNAMES, HOSTNAME_WORDS } from './hostnames.ts'
import { makerNamedIn } from './makers.ts'

/** Names that software has before anybody gives it one: they name nothing. */
const EMPTY_NAME =
  /^(?:localhost|localdomain|android|none|unknown|default|null|\(none\)|host|linux)$/i

/** People name computers after many things; a thing is mostly named by its maker. */
const NAMED_CONFIDENCE = 0.6

/**
 * Concludes the name (domain cut off), and what a maker's pattern or a person's word in it says.
 */
export function concludeHostname(note: Note, name: string): void {
  const host = name.replace(/\.$/, '').split('.')[0]
  if (host === '' || EMPTY_NAME.test(host)) return
  note.says('hostname', host, 0.9)
  if (applyHints(note, host, HOSTNAMES)) return
  applyHints(note, host, HOSTNAME_WORDS)
  const maker = makerNamedIn(host)
  if (!maker) return
  note.says('manufacturer', maker.name, NAMED_CONFIDENCE)
  if (maker.category) note.type(maker.category, (maker.categoryConfidence ?? 0) * NAMED_CONFIDENCE)
}

/** Concludes maker, platform, system and category from a cloud's row. */
export function concludeCloud(note: Note, cloud: Cloud): void {
  const { manufacturer, platform, type, os, confidence, typeConfidence } = cloud
  if (manufacturer) note.says('manufacturer', manufacturer, confidence)
  if (platform) note.software(`${platform} platform`, '')
  if (os) note.says('os', os, confidence)
  if (type) note.type(type, typeConfidence ?? confidence * 0.7)
}
