// Dropbox's LAN beacon: its client runs on people's computers.
import type { Transaction } from '../../flow/index.ts'
import { MARK, type Identifier, type Notebook } from '../identifier.ts'

export const identifier: Identifier = {
  id: 'dropbox-lan',
  title: 'computers that run Dropbox',
  protocols: ['dropbox-lan'],

  observe(transaction: Transaction, notebook: Notebook) {
    notebook.mark(transaction.source, MARK.adjacent)
    const note = notebook.note(transaction.source, 'dropbox-beacon', 'announces Dropbox')
    note?.type('computer', 0.8).software('Dropbox', '')
  },
}
