// EAPOL: what a device says of itself while it joins (Wi-Fi Simple Configuration 2.0.8, 12), and
// the name it logs on with.
import type { Transaction } from '../../flow/index.ts'
import { fieldsOf, textOf, type Identifier, type Notebook } from '../identifier.ts'
import { applyHints } from '../tables/hint.ts'
import { MODELS } from '../tables/models.ts'

export const identifier: Identifier = {
  id: 'eapol',
  title: 'what devices say when they join Wi-Fi',
  protocols: ['eapol'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    if (fields['device'] === undefined) return
    const device = fieldsOf(fields, 'device')
    for (const name of ['manufacturer', 'model', 'serial'] as const) {
      const value = textOf(device, name)
      const note = value === '' ? undefined : notebook.note(source, `wps-${name}`, value)
      if (!note) continue
      // Firmware often leaves the module maker's placeholders here.
      note.says(name, value, 0.75)
      if (name === 'model') applyHints(note, value, MODELS)
      if (name === 'serial') note.identity('serial', value)
    }
  },
}
