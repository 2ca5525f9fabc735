// Tuya's local protocol: the platform that many makers build on, and the device's id. It says
// neither who made the thing nor what it is.
import type { Transaction } from '../../flow/index.ts'
import { textOf, type Identifier, type Notebook } from '../identifier.ts'

export const identifier: Identifier = {
  id: 'tuya',
  title: 'devices of the Tuya platform',
  protocols: ['tuya'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    if (fields['kind'] !== 'announcement') return
    const version = textOf(fields, 'version')
    const note = notebook.note(source, 'tuya-announcement', `announces Tuya ${version}`.trim())
    note?.software('Tuya platform', version)
    const id = textOf(fields, 'deviceId').toLowerCase()
    notebook.note(source, 'tuya-id', id)?.identity('device-id', `tuya-${id}`)
  },
}
