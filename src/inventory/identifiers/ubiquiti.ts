// Ubiquiti's discovery: model, firmware and name in the device's own words.
import type { Transaction } from '../../flow/index.ts'
import { textOf, textsOf, type Identifier, type Notebook } from '../identifier.ts'

export const identifier: Identifier = {
  id: 'ubiquiti',
  title: 'Ubiquiti discovery',
  protocols: ['ubiquiti'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    if (fields.kind !== 'device') return
    notebook
      .note(source, 'ubiquiti-device', 'says that it is')
      ?.says('manufacturer', 'Ubiquiti', 0.95)
    const model = textOf(fields, 'product') || textOf(fields, 'model')
    const note = notebook.note(source, 'ubiquiti-model', model)
    if (note) {
      note.says('model', model, 0.95)
      if (/gateway|router|\bUGW|\bUDM/i.test(model)) note.type('router', 0.85)
      else if (/camera|\bUVC/i.test(model)) note.type('camera', 0.9)
      else if (/switch|\bUS-|\bUSW/i.test(model)) note.type('switch', 0.85)
      else if (/station|beam|rocket|bridge|\bUAP|access point|airmax/i.test(model)) {
        note.type('access-point', 0.85)
      }
    }
    const firmware = textOf(fields, 'firmware')
    notebook.note(source, 'ubiquiti-firmware', firmware)?.says('firmware', firmware, 0.95)
    const hostname = textOf(fields, 'hostname')
    if (hostname !== '') notebook.hostname(source, 'ubiquiti-name', hostname)
    for (const address of textsOf(fields, 'addresses').slice(0, 8)) {
      notebook.note(source, 'ubiquiti-address', address)?.owns(address)
    }
  },
}
