// Example: say here what this protocol tells about the device that speaks it, and how sure it is.
import { textOf, type Identifier } from '../../src/inventory/identifier.ts'

/** How often a model name from this source is the right one. */
const MODEL_CONFIDENCE = 0.8

export const identifier: Identifier = {
  id: 'example',
  title: 'the name in Example requests',
  protocols: ['example'],

  observe(transaction, notebook) {
    const name = textOf(transaction.fields, 'name')
    if (!transaction.fromOriginator || name === '') return
    const note = notebook.note(transaction.source, 'example-name', name)
    note?.says('model', name, MODEL_CONFIDENCE)
  },
}
