// KNXnet/IP (ISO 22510): the description that a KNX router or interface gives of itself.
import type { Transaction } from '../../flow/index.ts'
import { fieldsOf, textOf, type Identifier, type Notebook } from '../identifier.ts'

export const identifier: Identifier = {
  id: 'knx',
  title: 'KNX routers and interfaces',
  protocols: ['knx'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    if (fields['device'] === undefined || fields['response'] !== true) return
    const device = fieldsOf(fields, 'device')
    const name = textOf(device, 'name')
    const serial = textOf(device, 'serial')
    const note = notebook.note(source, 'knx-description', `${name} ${serial}`.trim())
    note?.says('model', name, 0.7).says('serial', serial, 0.95).identity('serial', `knx-${serial}`)
    note?.type('gateway', 0.85)
  },
}
