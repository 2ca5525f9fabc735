// PROFINET DCP (IEC 61158-6-10 4.3): station name, type of station, role, and the address the
// station says it has.
import type { Transaction } from '../../flow/index.ts'
import { numberOf, textOf, type Identifier, type Notebook } from '../identifier.ts'
import { applyHints } from '../tables/hint.ts'
import { MODELS } from '../tables/models.ts'
import { PROFINET_VENDORS } from '../tables/profinet-vendors.ts'

export const identifier: Identifier = {
  id: 'profinet',
  title: 'PROFINET stations',
  protocols: ['profinet'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    if (fields['kind'] !== 'dcp') return
    // Requests name whom they look for; only answers and hellos speak of the sender.
    if (fields['response'] !== true && fields['service'] !== 'hello') return
    const name = textOf(fields, 'stationName')
    notebook.note(source, 'profinet-name', name)?.says('hostname', name, 0.9)
    const station = textOf(fields, 'deviceVendor')
    const note = notebook.note(source, 'profinet-station', station)
    if (note) {
      note.says('model', station, 0.85)
      applyHints(note, station, MODELS)
    }
    const vendor = numberOf(fields, 'vendorId')
    if (!Number.isNaN(vendor)) {
      const maker = notebook.note(source, 'profinet-vendor', `vendor ${vendor}`)
      maker?.says('manufacturer', PROFINET_VENDORS.get(vendor) ?? '', 0.93)
    }
    const role = textOf(fields, 'role')
    const played = notebook.note(source, 'profinet-role', role)
    if (role.includes('controller')) played?.type('plc', 0.85)
    else if (role.includes('supervisor')) played?.type('hmi', 0.6)
    else if (role.includes('device')) played?.type('io', 0.5)
    const address = textOf(fields, 'address')
    if (address !== '' && address !== '0.0.0.0') {
      notebook.note(source, 'profinet-address', address)?.owns(address)
    }
  },
}
