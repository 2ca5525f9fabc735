// SSDP (UPnP Device Architecture 1.1): the SERVER line, the device types announced, and the UUID
// that stays with the device.
import type { Transaction } from '../../flow/index.ts'
import { MARK, textOf, type Identifier, type Notebook } from '../identifier.ts'
import { applyHints } from '../tables/hint.ts'
import { UPNP_LOCATIONS, UPNP_NAMES, UPNP_SERVERS, UPNP_TYPES } from '../tables/upnp.ts'

export const identifier: Identifier = {
  id: 'ssdp',
  title: 'UPnP devices and their servers',
  protocols: ['ssdp'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    const kind = fields['kind']
    if (kind === 'search') return
    if (kind === 'notify') notebook.mark(source, MARK.adjacent)
    const server = textOf(fields, 'server')
    if (server !== '') {
      const note = notebook.note(source, 'ssdp-server', server)
      if (note) applyHints(note, server, UPNP_SERVERS)
    }
    const target = textOf(fields, 'target')
    if (target !== '' && !target.startsWith('uuid:') && target !== 'upnp:rootdevice') {
      const note = notebook.note(source, 'ssdp-type', target)
      if (note) applyHints(note, target, UPNP_TYPES)
    }
    const path = pathOf(textOf(fields, 'location'))
    const located = notebook.note(source, 'ssdp-location', path)
    if (located) applyHints(located, path, UPNP_LOCATIONS)
    const usn = textOf(fields, 'usn')
    // A device inside a device has a UUID of its own: only the root's is the box.
    if (!usn.endsWith('::upnp:rootdevice')) return
    const uuid = /^uuid:([^:]+)/.exec(usn)?.[1]
    if (!uuid) return
    const note = notebook.note(source, 'ssdp-uuid', uuid)
    if (!note) return
    note.identity('upnp-uuid', uuid.toLowerCase())
    applyHints(note, uuid, UPNP_NAMES)
  },
}

const LOCATIONS_KEPT = 2048
/** Each device says its own several times a minute. */
const paths = new Map<string, string>()

function pathOf(location: string): string {
  if (location === '') return ''
  const known = paths.get(location)
  if (known !== undefined) return known
  const path = /^https?:\/\/[^/]+(\/.*)/.exec(location)?.[1] ?? ''
  if (paths.size >= LOCATIONS_KEPT) paths.clear()
  paths.set(location, path)
  return path
}
