// OPC UA (OPC 10000-4): the server's application description and build information.
import type { Transaction } from '../../flow/index.ts'
import { fieldsOf, textOf, type Identifier, type Notebook } from '../identifier.ts'

export const identifier: Identifier = {
  id: 'opcua',
  title: 'OPC UA servers',
  protocols: ['opcua'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source, fromOriginator } = transaction
    // A client describes itself in CreateSession, the server in its answer: both speak of
    // themselves.
    if (fields['application'] !== undefined) {
      const application = fieldsOf(fields, 'application')
      const name = textOf(application, 'name')
      const product = textOf(application, 'product')
      const text = `${name} ${product}`.trim()
      const note = notebook.note(source, 'opcua-application', text)
      if (note) {
        note.software(name || product, '')
      }
    }
    if (fields['values'] === undefined || fromOriginator) return
    const values = fieldsOf(fields, 'values')
    for (const [key, attribute] of BUILD_INFO) {
      const value = textOf(values, key)
      if (value !== '') {
        notebook.note(source, `opcua-${key}`, value)?.says(attribute, value, 0.85)
      }
    }
  },
}

const BUILD_INFO = [
  ['manufacturerName', 'manufacturer'],
  ['manufacturer', 'manufacturer'],
  ['productName', 'model'],
  ['softwareVersion', 'firmware'],
] as const
