// TP-Link's local protocol (Kasa, Tapo discovery): what a device answers about itself, with the
// identifier that stays with it. The type words are the firmware's own.
import type { Transaction } from '../../flow/index.ts'
import { textOf, type Identifier, type Notebook } from '../identifier.ts'
import { applyHints, type Hint } from '../tables/hint.ts'
import { MODELS } from '../tables/models.ts'

const TYPES: readonly Hint[] = [
  { match: /SMARTPLUG|plugswitch/i, type: 'plug', confidence: 0.95 },
  { match: /SMARTBULB|BULB|light/i, type: 'light', confidence: 0.95 },
  { match: /IPCAMERA|CAMERA/i, type: 'camera', confidence: 0.95 },
  { match: /HUB/i, type: 'hub', confidence: 0.9 },
  { match: /ROBOVAC|VACUUM/i, type: 'robot', confidence: 0.95 },
  { match: /DOORBELL/i, type: 'doorbell', confidence: 0.95 },
]

export const identifier: Identifier = {
  id: 'tplink',
  title: 'TP-Link smart devices',
  protocols: ['tplink'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    if (fields['kind'] !== 'response') return
    const model = textOf(fields, 'model')
    const type = textOf(fields, 'type')
    const text = `${model} ${type}`.trim()
    const note = notebook.note(source, 'tplink-answer', text)
    if (note) {
      note.says('manufacturer', 'TP-Link', 0.97).says('model', model, 0.97)
      applyHints(note, type, TYPES)
      applyHints(note, model, MODELS)
    }
    const firmware = textOf(fields, 'firmware')
    notebook.note(source, 'tplink-firmware', firmware)?.says('firmware', firmware, 0.97)
    const id = textOf(fields, 'deviceId').toLowerCase()
    notebook.note(source, 'tplink-id', id)?.identity('device-id', id)
  },
}
