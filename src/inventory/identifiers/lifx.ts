// LIFX LAN protocol: who reports a state is a LIFX lamp (its documented vendor number is 1).
import type { Transaction } from '../../flow/index.ts'
import { numberOf, textOf, type Identifier, type Notebook } from '../identifier.ts'

export const identifier: Identifier = {
  id: 'lifx',
  title: 'LIFX lamps',
  protocols: ['lifx'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    if (fields['kind'] !== 'state') return
    const note = notebook.note(source, 'lifx-state', 'reports LIFX state')
    note?.says('manufacturer', 'LIFX', 0.93).type('light', 0.93)
    const firmware = textOf(fields, 'firmware')
    notebook.note(source, 'lifx-firmware', firmware)?.says('firmware', firmware, 0.95)
    const product = numberOf(fields, 'product')
    if (product > 0) {
      notebook
        .note(source, 'lifx-product', `product ${product}`)
        ?.says('model', `LIFX product ${product}`, 0.8)
    }
  },
}
