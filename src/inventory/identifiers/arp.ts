// ARP (RFC 826): who owns which IPv4 address. Senders' claims are kept by MAC; two MACs for one
// address is for a detector to judge.
import type { Transaction } from '../../flow/index.ts'
import { MARK, textOf, type Identifier, type Notebook } from '../identifier.ts'

export const identifier: Identifier = {
  id: 'arp',
  title: 'addresses that ARP senders own',
  protocols: ['arp'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    const address = textOf(fields, 'senderAddress')
    // A probe (RFC 5227 2.1.1) has no sender address: it claims nothing yet.
    if (address === '' || address === '0.0.0.0') return
    const note = notebook.note(source, 'arp', address)
    if (!note) return
    note.owns(address)
    notebook.mark(source, MARK.alive)
  },
}
