// MELSEC (SLMP): the CPU model that a Mitsubishi PLC names (command 0101).
import type { Transaction } from '../../flow/index.ts'
import { fieldsOf, textOf, type Identifier, type Notebook } from '../identifier.ts'

export const identifier: Identifier = {
  id: 'melsec',
  title: 'Mitsubishi PLCs',
  protocols: ['melsec'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    if (fields['device'] === undefined) return
    const model = textOf(fieldsOf(fields, 'device'), 'model')
    const note = notebook.note(source, 'melsec-model', model)
    note?.says('manufacturer', 'Mitsubishi Electric', 0.95).says('model', model, 0.95)
    note?.type('plc', 0.93)
  },
}
