// MQTT: client ids that firmware makes up by itself, and words in the topics that a client
// publishes. Topics are people's own names: they say what kind of value is measured, and little
// more.
import type { Transaction } from '../../flow/index.ts'
import { textOf, type Identifier, type Notebook } from '../identifier.ts'
import { applyHints } from '../tables/hint.ts'
import { CLIENT_IDS, TOPICS } from '../tables/mqtt.ts'

export const identifier: Identifier = {
  id: 'mqtt',
  title: 'MQTT client ids and topics',
  protocols: ['mqtt'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source, fromOriginator } = transaction
    const kind = fields['kind']
    if (kind === 'connect') {
      const id = textOf(fields, 'clientId')
      const note = notebook.note(source, 'mqtt-client', id)
      if (note) applyHints(note, id, CLIENT_IDS)
    } else if (kind === 'publish' && fromOriginator) {
      const topic = textOf(fields, 'topic')
      const note = notebook.note(source, 'mqtt-topic', topic)
      if (note) applyHints(note, topic, TOPICS)
    } else if (kind === 'connack') {
      notebook.note(source, 'mqtt-broker', 'answers MQTT')?.type('hub', 0.4)
    }
  },
}
