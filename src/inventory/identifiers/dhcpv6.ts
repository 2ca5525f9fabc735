// DHCPv6 (RFC 8415): the client's DUID, which stays when addresses and interfaces change, its name,
// vendor class and MUD URL (RFC 8520 10).
import type { Transaction } from '../../flow/index.ts'
import { MARK, textOf, type Identifier, type Notebook } from '../identifier.ts'
import { VENDOR_CLASSES } from '../tables/dhcp.ts'
import { applyHints } from '../tables/hint.ts'

const FROM_SERVER: ReadonlySet<unknown> = new Set(['advertise', 'reply', 'reconfigure'])

export const identifier: Identifier = {
  id: 'dhcpv6',
  title: 'DHCPv6 clients',
  protocols: ['dhcpv6'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    const kind = textOf(fields, 'kind')
    if (kind.startsWith('relay')) return
    if (FROM_SERVER.has(kind)) {
      notebook.mark(source, MARK.dhcpServer)
      return
    }
    notebook.mark(source, MARK.adjacent)
    const duid = textOf(fields, 'clientDuid').toLowerCase()
    notebook.note(source, 'dhcpv6-duid', duid)?.identity('duid', duid)
    notebook.hostname(source, 'dhcpv6-fqdn', textOf(fields, 'fqdn'))
    const vendor = textOf(fields, 'vendorClass')
    const note = notebook.note(source, 'dhcpv6-vendor-class', vendor)
    if (note) applyHints(note, vendor, VENDOR_CLASSES)
    const mudUrl = textOf(fields, 'mudUrl')
    notebook.note(source, 'dhcpv6-mud-url', mudUrl)?.mudUrl(mudUrl)
  },
}
