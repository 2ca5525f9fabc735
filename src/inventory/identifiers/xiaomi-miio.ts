// Xiaomi's miIO: who answers a hello is one of the Xiaomi family's things.
import type { Transaction } from '../../flow/index.ts'
import { numberOf, type Identifier, type Notebook } from '../identifier.ts'

export const identifier: Identifier = {
  id: 'xiaomi-miio',
  title: 'Xiaomi smart devices',
  protocols: ['xiaomi-miio'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    if (fields['kind'] !== 'hello-answer') return
    const id = numberOf(fields, 'deviceId')
    const note = notebook.note(source, 'miio-answer', `device ${id}`)
    note?.says('manufacturer', 'Xiaomi', 0.8)
    if (id > 0) note?.identity('device-id', `miio-${id}`)
  },
}
