// WS-Discovery and ONVIF scopes (ONVIF Core 7.3.2): cameras, printers and others announce what they
// are, their hardware and the UUID that stays with them.
import type { Transaction } from '../../flow/index.ts'
import { MARK, textOf, textsOf, type Identifier, type Notebook } from '../identifier.ts'
import { applyHints, type Hint } from '../tables/hint.ts'
import { MODELS } from '../tables/models.ts'

/** Types of the devices' profiles: ONVIF, WS-Print, WS-Scan. */
const TYPES: readonly Hint[] = [
  { match: /NetworkVideoTransmitter/i, type: 'camera', confidence: 0.9 },
  { match: /NetworkVideoStorage|NetworkVideoRecorder/i, type: 'recorder', confidence: 0.9 },
  { match: /PrintDeviceType|PrinterServiceType/i, type: 'printer', confidence: 0.93 },
  { match: /ScanDeviceType|ScannerServiceType/i, type: 'printer', confidence: 0.7 },
  { match: /pub:Computer|:Computer\b/i, type: 'computer', os: 'Windows', confidence: 0.85 },
]

export const identifier: Identifier = {
  id: 'ws-discovery',
  title: 'ONVIF and other web service devices',
  protocols: ['ws-discovery'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    const kind = fields['kind']
    if (kind === 'probe' || kind === 'resolve' || kind === 'bye') return
    if (kind === 'hello') notebook.mark(source, MARK.adjacent)
    for (const type of textsOf(fields, 'types')) {
      const note = notebook.note(source, 'ws-type', type)
      if (note) applyHints(note, type, TYPES)
    }
    const hardware = textOf(fields, 'hardware')
    const model = notebook.note(source, 'ws-hardware', hardware)
    if (model) {
      model.says('model', hardware, 0.85)
      applyHints(model, hardware, MODELS)
    }
    const name = textOf(fields, 'name')
    const named = notebook.note(source, 'ws-name', name)
    if (named) applyHints(named, name, MODELS)
    const endpoint = textOf(fields, 'endpoint').toLowerCase()
    const uuid = /^urn:uuid:(.+)/.exec(endpoint)?.[1] ?? ''
    notebook.note(source, 'ws-uuid', uuid)?.identity('upnp-uuid', uuid)
  },
}
