// S7 system status lists (module and component identification): order number, firmware, serial and
// names of Siemens PLCs, and of those that imitate them.
import type { Transaction } from '../../flow/index.ts'
import { fieldsOf, textOf, type Identifier, type Notebook } from '../identifier.ts'
import { applyHints } from '../tables/hint.ts'
import { MODELS } from '../tables/models.ts'

export const identifier: Identifier = {
  id: 's7comm',
  title: 'S7 component identification',
  protocols: ['s7comm'],

  observe(transaction: Transaction, notebook: Notebook) {
    if (transaction.fields['values'] === undefined) return
    const values = fieldsOf(transaction.fields, 'values')
    const { source } = transaction
    const order = textOf(values, 'orderNumber').trim()
    const firmware = textOf(values, 'firmware')
    const serial = textOf(values, 'serial').trim()
    const type = textOf(values, 'moduleType').trim()
    const text = [order, type, serial, firmware].filter((part) => part !== '').join('; ')
    const note = notebook.note(source, 's7-identification', text)
    if (!note) return
    note.says('model', order || type, order ? 0.97 : 0.85)
    note.says('firmware', firmware.replace(/^V\.?/i, ''), 0.95)
    note.says('serial', serial, 0.95)
    note.identity('serial', serial)
    for (const name of new Set([order, type])) applyHints(note, name, MODELS)
    const name = textOf(values, 'moduleName').trim() || textOf(values, 'plantName').trim()
    if (name !== '') notebook.note(source, 's7-name', name)?.says('hostname', name, 0.6)
  },
}
