// SNMP agents: system group and ENTITY-MIB (RFC 3418, RFC 6933) as an agent answers them, and the
// enterprise number of its object id or engine id (RFC 3411 5).
import type { Transaction } from '../../flow/index.ts'
import { fieldsOf, type Identifier, type Note, type Notebook } from '../identifier.ts'
import { applyHints } from '../tables/hint.ts'
import { MODELS } from '../tables/models.ts'
import { ENTERPRISES, SYS_DESCR } from '../tables/snmp.ts'

const SYSTEM = '1.3.6.1.2.1.1.'
const ENTITY = '1.3.6.1.2.1.47.1.1.1.1.'
const ENTERPRISE = /^1\.3\.6\.1\.4\.1\.(\d+)/

export const identifier: Identifier = {
  id: 'snmp',
  title: 'SNMP system and entity descriptions',
  protocols: ['snmp'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    const kind = fields['kind']
    if (kind !== 'response' && kind !== 'trap' && kind !== 'report') return
    const number = fields['enterprise']
    if (typeof number === 'number' || (typeof number === 'string' && number !== '')) {
      enterprise(source, String(number), notebook)
    }
    const values = fields['values']
    if (values === undefined) return
    for (const [oid, value] of Object.entries(fieldsOf(fields, 'values'))) {
      if (typeof value !== 'string' || value === '') continue
      const said = { source, value, notebook }
      if (oid.startsWith(SYSTEM)) system(oid.slice(SYSTEM.length), said)
      else if (oid.startsWith(ENTITY)) entity(oid.slice(ENTITY.length), said)
    }
  },
}

function enterprise(endpoint: number, text: string, notebook: Notebook): void {
  const note = notebook.note(endpoint, 'snmp-enterprise', text)
  if (note) concludeEnterprise(note, Number(ENTERPRISE.exec(text)?.[1] ?? text))
}

function concludeEnterprise(note: Note, number: number): void {
  const row = ENTERPRISES.get(number)
  if (!row) return
  const [name, type] = row
  // Net-SNMP is a program on anybody's Linux, not a maker.
  if (name === 'Net-SNMP') note.software('Net-SNMP', '').says('os', 'Linux', 0.6)
  else note.says('manufacturer', name, 0.85)
  if (type) note.type(type, 0.7)
}

interface Said {
  readonly source: number
  readonly value: string
  readonly notebook: Notebook
}

function system(rest: string, { source, value, notebook }: Said): void {
  if (rest === '1.0') {
    const note = notebook.note(source, 'snmp-sysDescr', value)
    if (note) applyHints(note, value, SYS_DESCR)
  } else if (rest === '2.0') {
    const note = notebook.note(source, 'snmp-sysObjectID', value)
    const number = ENTERPRISE.exec(value)?.[1]
    if (note && number) concludeEnterprise(note, Number(number))
  } else if (rest === '5.0') notebook.hostname(source, 'snmp-sysName', value)
}

/** Column of entPhysicalTable → attribute; row 1 is the chassis by custom. */
const COLUMNS = new Map<string, 'firmware' | 'serial' | 'manufacturer' | 'model'>([
  ['9', 'firmware'],
  ['10', 'firmware'],
  ['11', 'serial'],
  ['12', 'manufacturer'],
  ['13', 'model'],
])

function entity(rest: string, { source, value, notebook }: Said): void {
  const [column, row] = rest.split('.')
  const attribute = COLUMNS.get(column)
  if (!attribute || row !== '1') return
  const note = notebook.note(source, `snmp-${attribute}`, value)
  if (!note) return
  note.says(attribute, value, 0.93)
  if (attribute === 'serial') note.identity('serial', value)
  if (attribute === 'model') applyHints(note, value, MODELS)
}
