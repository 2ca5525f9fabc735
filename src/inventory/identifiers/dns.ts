// DNS queries: the names that only a maker's own devices and apps ask for.
import type { Transaction } from '../../flow/index.ts'
import { rowsOf, type Identifier, type Notebook } from '../identifier.ts'

export const identifier: Identifier = {
  id: 'dns',
  title: 'clouds that a device asks for by name',
  protocols: ['dns'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    if (fields['kind'] !== 'query') return
    for (const { name } of rowsOf(fields, 'questions')) {
      if (typeof name === 'string') notebook.cloud(source, 'cloud-dns', name)
    }
  },
}
