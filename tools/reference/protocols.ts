// docs/reference/protocols.md, from what the protocol plug-ins say of themselves.
import { loadProtocols } from '../../src/decode/index.ts'
import type { Carrier, Protocol } from '../../src/decode/index.ts'
import { code, page, table } from './markdown.ts'

const hex = (value: number) => '0x' + value.toString(16).padStart(4, '0')

function carrierText(carrier: Carrier): string {
  switch (carrier.kind) {
    case 'tcp':
      return `TCP ${carrier.ports.join(', ')}`.trim()
    case 'udp':
      return `UDP ${carrier.ports.join(', ')}`.trim()
    case 'ethernet':
      return carrier.types
        .map((type) => (type < 0x600 ? `link type ${type}` : `EtherType ${hex(type)}`))
        .join(', ')
    case 'llc':
      return `LLC ${carrier.saps.map(hex).join(', ')}`
    case 'ip':
      return `IP protocol ${carrier.protocols.join(', ')}`
  }
}

/**
 * Content: on any port by its bytes. Port: only where it lives, checked by its bytes where it can
 * be.
 */
function foundBy(protocol: Protocol): string {
  if (protocol.recognise && protocol.startsWith) return 'content, on any port'
  const hasPorts = protocol.over.some(({ kind }) => kind === 'tcp' || kind === 'udp')
  return hasPorts ? 'its port' : 'its number'
}

export async function protocolsPage(): Promise<string> {
  const protocols = await loadProtocols()
  const rows = protocols.map((each) => [
    code(each.id),
    each.title,
    each.spec,
    each.over.map(carrierText).join('; '),
    foundBy(each),
    each.industrial ? 'yes' : '',
  ])
  const about =
    'What Thingward recognises and reads. The id is the `service` of a flow; one that turns to ' +
    'TLS on the way (STARTTLS) gets `-tls` behind it. A segment that shows an industrial' +
    ' protocol counts as OT until a person says otherwise.'
  const head = ['id', 'protocol', 'follows', 'lives on', 'found by', 'industrial']
  return page('Protocols', about, table(head, rows), `${protocols.length} protocols.`)
}
