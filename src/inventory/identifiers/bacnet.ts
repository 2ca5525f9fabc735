// BACnet (ASHRAE 135): a device's I-Am and the identifying properties of its device object. What a
// router of BACnet networks passes on is not about itself.
import type { Transaction } from '../../flow/index.ts'
import { fieldsOf, numberOf, textOf, type Identifier, type Notebook } from '../identifier.ts'
import { BACNET_VENDORS } from '../tables/bacnet-vendors.ts'
import { applyHints } from '../tables/hint.ts'
import { MODELS } from '../tables/models.ts'

export const identifier: Identifier = {
  id: 'bacnet',
  title: 'BACnet devices',
  protocols: ['bacnet'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields } = transaction
    const isIAm = fields['service'] === 'i-am' && fields['kind'] === 'unconfirmed'
    const values = fields['values']
    if (!isIAm && (values === undefined || fields['kind'] !== 'complex-ack')) return
    if (fields['sourceNetwork'] !== undefined) {
      const note = notebook.note(transaction.source, 'bacnet-router', 'routes BACnet')
      note?.type('gateway', 0.5)
      return
    }
    // A forwarded NPDU tells of its origin, not of the BBMD that sends it (Annex J.4.5).
    if (fields['origin'] !== undefined) return
    if (isIAm) iAm(transaction, notebook)
    else properties(transaction, notebook)
  },
}

function iAm(transaction: Transaction, notebook: Notebook): void {
  const instance = numberOf(transaction.fields, 'deviceInstance')
  const vendor = numberOf(transaction.fields, 'vendorId')
  const text = `device ${instance}, vendor ${vendor}`
  const note = notebook.note(transaction.source, 'bacnet-i-am', text)
  if (!note || Number.isNaN(instance)) return
  note.says('manufacturer', BACNET_VENDORS.get(vendor) ?? '', 0.93)
  note.identity('bacnet-device', `bacnet-${instance}`)
}

const PROPERTIES = {
  'vendor-name': 'manufacturer',
  'model-name': 'model',
  'firmware-revision': 'firmware',
  'serial-number': 'serial',
  'object-name': 'hostname',
} as const

function properties(transaction: Transaction, notebook: Notebook): void {
  const values = fieldsOf(transaction.fields, 'values')
  const isDevice = transaction.fields['objectType'] === 'device'
  for (const [property, attribute] of Object.entries(PROPERTIES)) {
    const value = textOf(values, property)
    if (value === '' || (property === 'object-name' && !isDevice)) continue
    const note = notebook.note(transaction.source, `bacnet-${property}`, value)
    if (!note) continue
    note.says(attribute, value, 0.95)
    if (attribute === 'model') applyHints(note, value, MODELS)
    if (attribute === 'serial') note.identity('serial', value)
  }
  const application = textOf(values, 'application-software-version')
  notebook
    .note(transaction.source, 'bacnet-application', application)
    ?.software('BACnet application', application)
}
