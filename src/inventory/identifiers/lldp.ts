// LLDP (IEEE 802.1AB) with the MED inventory, and CDP: a neighbour's own words on what it is, what
// it runs and what it can do; the MUD URL of RFC 8520 11.
import type { Transaction } from '../../flow/index.ts'
import { MARK, textOf, textsOf, type Identifier, type Notebook } from '../identifier.ts'
import { applyHints } from '../tables/hint.ts'
import { MODELS } from '../tables/models.ts'
import { SYS_DESCR } from '../tables/snmp.ts'

export const identifier: Identifier = {
  id: 'lldp',
  title: 'LLDP and CDP neighbours',
  protocols: ['lldp', 'cdp'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source, protocol } = transaction
    const name = textOf(fields, 'systemName')
    if (name !== '') notebook.hostname(source, `${protocol}-name`, name)
    const description = textOf(fields, 'description') || textOf(fields, 'software')
    const described = notebook.note(source, `${protocol}-description`, description)
    if (described) applyHints(described, description, SYS_DESCR)
    capabilities(transaction, notebook)
    inventory(transaction, notebook)
    const mudUrl = textOf(fields, 'mudUrl')
    notebook.note(source, `${protocol}-mud-url`, mudUrl)?.mudUrl(mudUrl)
    const address = textOf(fields, 'managementAddress')
    notebook.note(source, `${protocol}-address`, address)?.owns(address)
  },
}

function capabilities(transaction: Transaction, notebook: Notebook): void {
  const { fields, source, protocol } = transaction
  const text = textsOf(fields, 'capabilities').join(', ').toLowerCase()
  const note = notebook.note(source, `${protocol}-capabilities`, text)
  if (!note) return
  const isSwitch = /bridge|switch/.test(text)
  if (/telephone|phone/.test(text)) note.type('voip-phone', 0.93)
  else if (/wlan|access.?point/.test(text)) note.type('access-point', 0.9)
  else if (isSwitch) note.type('switch', 0.85)
  else if (/router/.test(text)) note.type('router', 0.85)
  if (isSwitch) notebook.mark(source, MARK.bridge)
}

/** LLDP-MED inventory (ANSI/TIA-1057 10.2.6). */
function inventory(transaction: Transaction, notebook: Notebook): void {
  const { fields, source, protocol } = transaction
  for (const name of ['manufacturer', 'model', 'firmware', 'serial'] as const) {
    const value = textOf(fields, name)
    if (value === '') continue
    const note = notebook.note(source, `${protocol}-${name}`, value)
    if (!note) continue
    note.says(name, value, 0.95)
    if (name === 'model') applyHints(note, value, MODELS)
    if (name === 'serial') note.identity('serial', value)
  }
}
