// Omron FINS controller data (command 05 01): model and version of the PLC.
import type { Transaction } from '../../flow/index.ts'
import { fieldsOf, textOf, type Identifier, type Notebook } from '../identifier.ts'

export const identifier: Identifier = {
  id: 'omron-fins',
  title: 'Omron PLCs',
  protocols: ['omron-fins'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    if (fields['device'] === undefined || fields['kind'] !== 'response') return
    const device = fieldsOf(fields, 'device')
    const model = textOf(device, 'model')
    const version = textOf(device, 'version')
    const note = notebook.note(source, 'fins-controller', `${model} ${version}`.trim())
    note?.says('manufacturer', 'Omron', 0.95).says('model', model, 0.95).type('plc', 0.95)
    note?.says('firmware', version, 0.9)
  },
}
