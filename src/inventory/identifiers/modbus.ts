// Modbus device identification (function 43/14 and 17, Modbus Application Protocol 6.21): maker,
// product and revision in the device's own words.
import type { Transaction } from '../../flow/index.ts'
import { fieldsOf, textOf, type Identifier, type Notebook } from '../identifier.ts'
import { applyHints } from '../tables/hint.ts'
import { MODELS } from '../tables/models.ts'

export const identifier: Identifier = {
  id: 'modbus',
  title: 'Modbus device identification',
  protocols: ['modbus'],

  observe(transaction: Transaction, notebook: Notebook) {
    // Registers are read a million times; identification is rare.
    if (transaction.fields['device'] === undefined) return
    const device = fieldsOf(transaction.fields, 'device')
    const vendor = textOf(device, 'vendor')
    const product = textOf(device, 'model') || textOf(device, 'productName')
    const code = textOf(device, 'product')
    const revision = textOf(device, 'revision')
    const text = [vendor, code, product, revision].filter((part) => part !== '').join('; ')
    const note = notebook.note(transaction.source, 'modbus-identification', text)
    if (!note) return
    note.says('manufacturer', vendor, 0.93)
    note.says('model', code || product, 0.93)
    note.says('firmware', revision.replace(/^v\.?/i, ''), 0.9)
    for (const name of new Set([code, product])) applyHints(note, name, MODELS)
  },
}
