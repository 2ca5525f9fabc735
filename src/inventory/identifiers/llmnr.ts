// LLMNR (RFC 4795): who answers for a name is that host; mostly Windows.
import type { Transaction } from '../../flow/index.ts'
import { rowsOf, type Identifier, type Notebook } from '../identifier.ts'

export const identifier: Identifier = {
  id: 'llmnr',
  title: 'LLMNR host names',
  protocols: ['llmnr'],

  observe(transaction: Transaction, notebook: Notebook) {
    if (transaction.fields['kind'] !== 'response') return
    for (const { name, type } of rowsOf(transaction.fields, 'answers')) {
      if (typeof name !== 'string' || (type !== 'A' && type !== 'AAAA')) continue
      notebook.hostname(transaction.source, 'llmnr-name', name)
      const note = notebook.note(transaction.source, 'llmnr-answer', 'answers LLMNR')
      note?.type('computer', 0.4).says('os', 'Windows', 0.5)
    }
  },
}
