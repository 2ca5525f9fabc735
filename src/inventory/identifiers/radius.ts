// RADIUS accounting (RFC 2866, RFC 3580): a network's own word on which MAC got which address, and
// which device let it in.
import type { Transaction } from '../../flow/index.ts'
import { MARK, textOf, type Identifier, type Notebook } from '../identifier.ts'

export const identifier: Identifier = {
  id: 'radius',
  title: 'addresses of devices that were let in',
  protocols: ['radius'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    const address = textOf(fields, 'assignedAddress')
    const station = textOf(fields, 'callingStation')
    const device = station === '' ? 0 : notebook.ofMac(station, source)
    if (address !== '' && device > 0) {
      notebook.note(device, 'radius-address', address)?.owns(address)
      notebook.mark(device, MARK.alive)
    }
    if (textOf(fields, 'calledStation') === '') return
    notebook.note(source, 'radius-client', 'lets devices in by RADIUS')?.type('access-point', 0.6)
  },
}
