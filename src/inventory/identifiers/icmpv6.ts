// Neighbour discovery (RFC 4861): who owns which IPv6 address, who is a router, which prefixes are
// on-link.
import type { Transaction } from '../../flow/index.ts'
import { MARK, numberOf, rowsOf, textOf, type Identifier, type Notebook } from '../identifier.ts'

export const identifier: Identifier = {
  id: 'icmpv6',
  title: 'IPv6 neighbours, routers and prefixes',
  protocols: ['icmpv6'],

  observe(transaction: Transaction, notebook: Notebook) {
    const kind = transaction.fields['kind']
    if (kind === 'neighbour-advertisement') {
      const target = textOf(transaction.fields, 'target')
      notebook.note(transaction.source, 'nd', target)?.owns(target)
    } else if (kind === 'router-advertisement') routerAdvertisement(transaction, notebook)
    else if (kind === 'neighbour-solicitation' || kind === 'router-solicitation') {
      // Hop limit 255 is required of these (RFC 4861 7.1.1): their sender is on this link.
      notebook.mark(transaction.source, MARK.adjacent)
    }
  },
}

function routerAdvertisement(transaction: Transaction, notebook: Notebook): void {
  const { fields, source } = transaction
  notebook.mark(source, MARK.adjacent)
  // A lifetime of 0 says: not a default router (RFC 4861 4.2).
  const lifetime = numberOf(fields, 'routerLifetimeSeconds')
  if (lifetime !== 0) notebook.mark(source, MARK.router)
  for (const { prefix, length } of rowsOf(fields, 'prefixes')) {
    if (typeof prefix === 'string' && typeof length === 'number') {
      notebook.learnPrefix(`${prefix}/${length}`)
    }
  }
}
