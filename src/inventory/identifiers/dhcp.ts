// DHCPv4 (RFC 2131): names, vendor class, parameter list and client id of the client; the lease
// that proves its address; who is the server and who the router. All is noted of the client's MAC,
// not of 0.0.0.0.
import type { Transaction } from '../../flow/index.ts'
import { fieldsOf, MARK, textOf, textsOf, type Identifier, type Notebook } from '../identifier.ts'
import { PARAMETER_LISTS, VENDOR_CLASSES } from '../tables/dhcp.ts'
import { applyHints } from '../tables/hint.ts'

const FROM_SERVER: ReadonlySet<unknown> = new Set(['offer', 'ack', 'nak'])

export const identifier: Identifier = {
  id: 'dhcp',
  title: 'DHCP clients, leases, servers and routers',
  protocols: ['dhcp'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    const mac = textOf(fields, 'clientMac')
    const client = mac === '' ? source : notebook.ofMac(mac, source)
    if (client <= 0) return
    if (FROM_SERVER.has(fields['kind'])) fromServer(transaction, client, notebook)
    else fromClient(transaction, client, notebook)
  },
}

function fromClient(transaction: Transaction, client: number, notebook: Notebook): void {
  const { fields } = transaction
  const vendor = textOf(fields, 'vendorClass')
  const note = notebook.note(client, 'dhcp-vendor-class', vendor)
  if (note) applyHints(note, vendor, VENDOR_CLASSES)
  const name = textOf(fields, 'hostname') || textOf(fields, 'fqdn')
  notebook.hostname(client, 'dhcp-hostname', name)
  const list = fields['parameterList']
  if (Array.isArray(list) && list.length > 0) {
    const text = list.join(',')
    const asked = notebook.note(client, 'dhcp-parameters', text)
    const hint = asked && parameterHint(list as readonly number[])
    if (asked && hint) {
      asked.says('os', hint.os, hint.confidence)
      if (hint.manufacturer) asked.says('manufacturer', hint.manufacturer, hint.confidence)
      if (hint.type) asked.type(hint.type, hint.typeConfidence ?? hint.confidence)
    }
  }
  noteClientId(transaction, client, notebook)
  const mudUrl = textOf(fields, 'mudUrl')
  notebook.note(client, 'dhcp-mud-url', mudUrl)?.mudUrl(mudUrl)
  const address = textOf(fields, 'clientAddress')
  if (address !== '' && address !== '0.0.0.0') {
    notebook.note(client, 'dhcp-claim', address)?.owns(address)
  }
}

/**
 * RFC 2132 9.14: type 1 and a MAC is just the MAC; anything else stays with the client (RFC 4361).
 */
function noteClientId(transaction: Transaction, client: number, notebook: Notebook): void {
  const id = textOf(transaction.fields, 'clientId').toLowerCase()
  const mac = textOf(transaction.fields, 'clientMac').replace(/:/g, '')
  if (id.length < 8 || id === `01${mac}`) return
  notebook.note(client, 'dhcp-client-id', id)?.identity('dhcp-client-id', id)
}

function parameterHint(list: readonly number[]) {
  return PARAMETER_LISTS.find(({ codes, exact }) => {
    if (exact && codes.length !== list.length) return false
    return codes.every((code, index) => list[index] === code)
  })
}

function fromServer(transaction: Transaction, client: number, notebook: Notebook): void {
  const { fields, source } = transaction
  notebook.mark(source, MARK.dhcpServer | MARK.alive)
  if (fields['kind'] !== 'ack') return
  const address = textOf(fields, 'assignedAddress')
  if (address === '' || address === '0.0.0.0') return
  const lease = notebook.note(client, 'dhcp-lease', address)
  if (!lease) return
  lease.owns(address)
  notebook.mark(client, MARK.alive)
  learnNetwork(transaction, address, notebook)
  for (const router of textsOf(fields, 'router')) {
    // The router's MAC is only known when it is the server itself that sent this.
    const near = notebook.ofAddress(router, source)
    if (near === source) notebook.mark(near, MARK.router)
  }
  const name = textOf(fields, 'hostname')
  if (name !== '')
    notebook.note(client, 'dhcp-assigned-name', name)?.says('hostname', name.split('.')[0], 0.5)
}

/**
 * The subnet mask (option 1) of a lease says how large the network is; needed where it is not
 * private.
 */
function learnNetwork(transaction: Transaction, address: string, notebook: Notebook): void {
  const mask = textOf(fieldsOf(transaction.fields, 'options'), '1')
  const bits = Number.parseInt(mask, 16)
  if (mask.length !== 8 || Number.isNaN(bits)) return
  const length = Math.clz32(~bits)
  if (length >= 16 && length <= 30) notebook.learnPrefix(`${address}/${length}`)
}
