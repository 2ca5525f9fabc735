// DNS queries: the names that only a maker's own devices and apps ask for.
import type { Fields, Transaction } from '../../flow/index.ts'
import type { Identifier, Notebook } from '../identifier.ts'

export const identifier: Identifier = {
  id: 'dns',
  title: 'clouds that a device asks for by name',
  protocols: ['dns'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    if (fields['kind'] !== 'query') return
    const questions = fields['questions']
    if (!Array.isArray(questions)) return
    for (const question of questions as readonly (Fields | null)[]) {
      const name = question?.['name']
      if (typeof name === 'string') notebook.cloud(source, 'cloud-dns', name)
    }
  },
}
