// CoAP (RFC 7252): paths that belong to one maker's things or one ecosystem.
import type { Transaction } from '../../flow/index.ts'
import { textOf, type Identifier, type Notebook } from '../identifier.ts'
import { applyHints, type Hint } from '../tables/hint.ts'

/**
 * Asked of the device, so they speak of whom the request goes to. From the makers' and OCF's
 * documents.
 */
const PATHS: readonly Hint[] = [
  {
    match: /^\/?15001\b|^\/?15004\b|^\/?15011\b/,
    manufacturer: 'IKEA',
    type: 'hub',
    confidence: 0.8,
  },
  { match: /^\/?cit\/[sd]$/, manufacturer: 'Shelly', confidence: 0.85 },
  { match: /^\/?oic\/(?:res|d|p)$/, confidence: 0.5, software: ['OCF', ''] },
  { match: /^\/?(?:light|bulb|lamp)\b/i, type: 'light', confidence: 0.5 },
  { match: /^\/?(?:sensors?|temperature|humidity)\b/i, type: 'sensor', confidence: 0.4 },
]

export const identifier: Identifier = {
  id: 'coap',
  title: 'CoAP resources',
  protocols: ['coap'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, destination } = transaction
    if (fields['kind'] !== 'request') return
    const path = textOf(fields, 'path')
    if (path === '' || /^\/?(\.well-known|$)/.test(path)) return
    const note = notebook.note(destination, 'coap-path', path)
    if (note) applyHints(note, path, PATHS)
  },
}
