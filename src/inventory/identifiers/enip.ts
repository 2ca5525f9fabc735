// EtherNet/IP and CIP identity objects (CIP Volume 1, 5A-2): vendor, device type, product name,
// revision and serial number.
import type { Fields, Transaction } from '../../flow/index.ts'
import { fieldsOf, numberOf, textOf, type Identifier, type Notebook } from '../identifier.ts'
import { CIP_DEVICE_TYPES } from '../tables/cip-device-types.ts'
import { CIP_VENDORS } from '../tables/cip-vendors.ts'
import { applyHints } from '../tables/hint.ts'
import { MODELS } from '../tables/models.ts'

export const identifier: Identifier = {
  id: 'enip',
  title: 'CIP identities',
  protocols: ['enip'],

  observe(transaction: Transaction, notebook: Notebook) {
    if (transaction.fields['identity'] === undefined) return
    identity(fieldsOf(transaction.fields, 'identity'), transaction, notebook)
  },
}

function identity(said: Fields, transaction: Transaction, notebook: Notebook): void {
  const product = textOf(said, 'productName')
  const revision = textOf(said, 'revision')
  const serial = textOf(said, 'serial')
  const vendor = numberOf(said, 'vendorId')
  const type = numberOf(said, 'deviceType')
  const text = `vendor ${vendor}, type ${type}, ${product} ${revision} ${serial}`
  const note = notebook.note(transaction.source, 'enip-identity', text)
  if (!note) return
  const category = CIP_DEVICE_TYPES.get(type)
  if (category) note.type(category, 0.9)
  note.says('manufacturer', CIP_VENDORS.get(vendor) ?? '', 0.95)
  note.says('model', product, 0.95)
  note.says('firmware', revision, 0.95)
  note.says('serial', serial, 0.9)
  // Serial numbers are unique within a vendor only (CIP Volume 1, 5A-2.2.1.6).
  if (serial !== '') note.identity('serial', `cip-${vendor}-${serial}`)
  applyHints(note, product, MODELS)
}
