// mDNS and DNS-SD (RFC 6762, 6763): services a device announces, its host name, and the TXT keys
// that name model, maker, category and serial. What others answer about a device is not taken: only
// its own words.
import type { Fields, Transaction } from '../../flow/index.ts'
import { MARK, textOf, type Identifier, type Note, type Notebook } from '../identifier.ts'
import { applyHints } from '../tables/hint.ts'
import { HOMEKIT_CATEGORIES, MATTER_DEVICE_TYPES, SERVICE_TYPES } from '../tables/mdns.ts'
import { MODELS } from '../tables/models.ts'

export const identifier: Identifier = {
  id: 'mdns',
  title: 'announced services, names and models',
  protocols: ['mdns'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    if (fields['kind'] !== 'response') return
    notebook.mark(source, MARK.adjacent)
    const answers = fields['answers']
    if (!Array.isArray(answers)) return
    for (const answer of answers as readonly (Fields | null)[]) {
      if (typeof answer !== 'object' || answer === null) continue
      const name = answer['name']
      if (typeof name !== 'string' || answer['ttl'] === 0) continue
      switch (answer['type']) {
        case 'SRV':
          announced(name, transaction, notebook)
          break
        case 'TXT':
          text(answer, transaction, notebook)
          break
        case 'A':
        case 'AAAA':
          host(name, transaction, notebook)
          break
      }
    }
  },
}

/**
 * `_hap._tcp` of `Name._hap._tcp.local`; the labels of an instance may hold anything but these end
 * it.
 */
export function serviceType(name: string): string {
  return /(?:^|\.)(_[^.]+\._(?:tcp|udp))(?:\.|$)/.exec(name)?.[1] ?? ''
}

function announced(name: string, transaction: Transaction, notebook: Notebook): void {
  const note = notebook.note(transaction.source, 'mdns-service', name)
  const hint = note && SERVICE_TYPES.get(serviceType(name))
  if (!note || !hint) return
  if (hint.type) note.type(hint.type, hint.typeConfidence ?? 0.5)
  if (hint.manufacturer) note.says('manufacturer', hint.manufacturer, hint.confidence ?? 0.5)
  if (hint.os) note.says('os', hint.os, hint.confidence ?? 0.5)
}

/** Only the name is taken: a sleep proxy announces addresses that are not its own. */
function host(name: string, transaction: Transaction, notebook: Notebook): void {
  if (!name.endsWith('.local')) return
  notebook.hostname(transaction.source, 'mdns-host', name)
}

function text(answer: Fields, transaction: Transaction, notebook: Notebook): void {
  const name = textOf(answer, 'name')
  const data = answer['data']
  if (!Array.isArray(data) || data.length === 0) return
  const type = textType(name)
  let known = pairs.get(type)
  if (!known) {
    if (pairs.size >= TYPES_KEPT) pairs.clear()
    pairs.set(type, (known = new Map()))
  }
  for (const entry of data as readonly unknown[]) {
    if (typeof entry !== 'string') continue
    let pair = known.get(entry)
    if (pair === undefined) {
      if (known.size >= PAIRS_KEPT) known.clear()
      known.set(entry, (pair = readPair(type, entry)))
    }
    if (pair === null) continue
    const note = notebook.note(transaction.source, 'mdns-txt', pair.text)
    if (note) concludeText(note, type, pair)
  }
}

/** A key and value worth noting, and how they are noted. */
interface Pair {
  readonly text: string
  readonly key: string
  readonly value: string
}

const NAMES_KEPT = 4096
const TYPES_KEPT = 64
const PAIRS_KEPT = 256
/** Service types by name, and pairs by service type and words: announcements repeat. */
const types = new Map<string, string>()
const pairs = new Map<string, Map<string, Pair | null>>()

function textType(name: string): string {
  const known = types.get(name)
  if (known !== undefined) return known
  const type = name.includes('._device-info.') ? '_device-info._tcp' : serviceType(name)
  if (types.size >= NAMES_KEPT) types.clear()
  types.set(name, type)
  return type
}

function readPair(type: string, entry: string): Pair | null {
  const equals = entry.indexOf('=')
  if (equals <= 0 || equals === entry.length - 1) return null
  const key = entry.slice(0, equals).toLowerCase()
  // Other keys count and tick: they would fill the notes with what says nothing.
  if (!SERVICE_TYPES.get(type)?.txt?.[key] && !IDENTIFYING.has(key)) return null
  return { text: `${type} ${entry}`, key, value: entry.slice(equals + 1).trim() }
}

/** Keys of HAP, Matter and others that say what or which one a device is, whatever the service. */
const IDENTIFYING: ReadonlySet<string> = new Set(['ci', 'dt', 'uuid', 'bridgeid', 'id', 'deviceid'])

function concludeText(note: Note, type: string, { key, value }: Pair): void {
  const attribute = SERVICE_TYPES.get(type)?.txt?.[key]
  if (attribute === 'hostname') return
  if (attribute) note.says(attribute, value, 0.9)
  if (attribute === 'model') applyHints(note, value, MODELS)
  if (attribute === 'serial') note.identity('serial', value)
  const isHap = type.startsWith('_hap.')
  const category =
    key === 'ci' && isHap
      ? HOMEKIT_CATEGORIES.get(Number(value))
      : key === 'dt' && type === '_matterc._udp'
        ? MATTER_DEVICE_TYPES.get(Number(value))
        : undefined
  if (category) note.type(category, 0.93)
  if (key === 'uuid' || key === 'bridgeid' || key === 'deviceid' || (key === 'id' && isHap)) {
    note.identity('device-id', value.toLowerCase())
  }
}
