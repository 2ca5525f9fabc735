// NetBIOS names and browser announcements (RFC 1002, MS-BRWS): the computer's own name, and the
// system and roles it claims.
import type { Transaction } from '../../flow/index.ts'
import { fieldsOf, MARK, numberOf, textOf, type Identifier, type Notebook } from '../identifier.ts'

const FILE_SERVER = 0x20
const WORKSTATION = 0
/** MS-BRWS 2.2.1: print queue; domain controllers; Unix (Samba) server. */
const PRINT_QUEUE = 0x200
const DOMAIN_CONTROLLER = 0x18
const UNIX = 0x800

export const identifier: Identifier = {
  id: 'nbns',
  title: 'NetBIOS names',
  protocols: ['nbns'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    const kind = fields['kind']
    const suffix = numberOf(fields, 'suffix')
    // A workgroup registers with suffix 0 too: only the file server's suffix is surely a host's.
    const isOwn =
      (kind === 'registration' && suffix === FILE_SERVER) ||
      (kind === 'datagram' && (suffix === WORKSTATION || suffix === FILE_SERVER))
    if (!isOwn) return
    notebook.mark(source, MARK.adjacent)
    notebook.hostname(source, 'nbns-name', textOf(fields, 'name'))
    announcement(transaction, notebook)
  },
}

function announcement(transaction: Transaction, notebook: Notebook): void {
  const said = fieldsOf(transaction.fields, 'announcement')
  const version = textOf(said, 'version')
  if (version === '') return
  const type = numberOf(said, 'serverType')
  const text = `${textOf(said, 'host')} ${version} 0x${type.toString(16)}`
  const note = notebook.note(transaction.source, 'nbns-announcement', text)
  if (!note) return
  if (type & UNIX) note.says('os', 'Unix (Samba)', 0.7)
  else note.says('os', `Windows NT ${version}`, 0.6)
  if (type & DOMAIN_CONTROLLER) note.type('server', 0.75)
  else if (!(type & UNIX)) note.type('computer', type & PRINT_QUEUE ? 0.4 : 0.6)
}
