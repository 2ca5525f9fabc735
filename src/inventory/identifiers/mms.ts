// MMS (ISO 9506) Identify: vendor, model and revision of a protection or control device.
import type { Transaction } from '../../flow/index.ts'
import { fieldsOf, textOf, type Identifier, type Notebook } from '../identifier.ts'
import { applyHints } from '../tables/hint.ts'
import { MODELS } from '../tables/models.ts'

export const identifier: Identifier = {
  id: 'mms',
  title: 'MMS servers',
  protocols: ['mms'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    if (fields['device'] === undefined) return
    const device = fieldsOf(fields, 'device')
    const vendor = textOf(device, 'vendor')
    const model = textOf(device, 'model')
    const revision = textOf(device, 'revision')
    const note = notebook.note(source, 'mms-identify', `${vendor} ${model} ${revision}`.trim())
    note?.says('manufacturer', vendor, 0.9).says('model', model, 0.9)
    note?.says('firmware', revision, 0.85)
    if (note) applyHints(note, model, MODELS)
  },
}
