// A second DHCP server answers on a network: it can make itself gateway and resolver of whoever
// believes it.
import type { Transaction } from '../../flow/index.ts'
import { threshold, type DetectContext, type Detector, type Raise } from '../detector.ts'

const SERVERS = threshold('servers', '1024 servers', 'DHCP servers remembered, all VLANs together')

interface Server {
  readonly endpoint: number
  readonly address: string
  readonly vlan: number
  readonly first: number
  readonly router: string
  readonly nameServers: string
  readonly frame: number
  offers: number
}

export const detector: Detector = {
  id: 'rogue-dhcp',
  title: 'Second DHCP server',
  severity: 'high',
  techniques: ['T1557.003', 'T0830'],
  why: 'A DHCP server decides which gateway and resolver devices use: a second can redirect them.',
  respond:
    'Ask who runs the second server. If nobody does, take its port down, and renew the leases it ' +
    'gave out. Turn on DHCP snooping where the switch has it.',
  falsePositives: 'A failover pair, or a new server that replaces the old one.',
  limits: [SERVERS],
  create(context) {
    const servers = context.table<Server>(SERVERS)
    /** The first server of each VLAN: the one devices have been using. */
    const owners = context.table<Server>(SERVERS)
    return {
      transactions: {
        dhcp: (transaction) => {
          const { kind } = transaction.fields
          if (kind !== 'offer' && kind !== 'ack') return
          const server = serverOf(context, servers, transaction)
          const owner = owners.get(server.vlan) ?? owners.set(server.vlan, server)
          if (owner !== server) context.raise(written(owner, server, transaction))
        },
      },
    }
  },
}

interface Servers {
  get(key: string): Server | undefined
  set(key: string, server: Server): Server
}

/** The server that answers, with what it hands out. */
function serverOf(context: DetectContext, servers: Servers, transaction: Transaction): Server {
  const { fields, source, time, frame } = transaction
  const vlan = context.endpoints.vlan(source)
  const address = String(fields.server ?? context.endpoints.addressText(source))
  const key = `${vlan} ${address}`
  const text = (value: unknown) => (Array.isArray(value) ? value.join(', ') : '')
  const server =
    servers.get(key) ??
    servers.set(key, {
      endpoint: source,
      address,
      vlan,
      first: time,
      router: text(fields.router),
      nameServers: text(fields.nameServers),
      frame,
      offers: 0,
    })
  server.offers++
  return server
}

function written(owner: Server, server: Server, { time, frame }: Transaction): Raise {
  // Two servers that hand out the same gateway are a pair; the second changes nothing.
  const differs = owner.router !== server.router || owner.nameServers !== server.nameServers
  const { endpoint, first, address, vlan, offers } = server
  return {
    key: `${vlan} ${address}`,
    about: endpoint,
    severity: differs ? 'high' : 'low',
    confidence: differs ? 0.85 : 0.5,
    from: first,
    to: time,
    sources: [endpoint],
    targets: [owner.endpoint],
    expected: `DHCP from ${owner.address}: ${offer(owner)}`,
    seen: `DHCP from ${address} as well: ${offer(server)}`,
    frames: [server.frame, frame],
    count: offers,
    taints: { originator: endpoint, responder: 0, port: -1, from: first, to: time },
  }
}

const offer = (server: Server) =>
  `gateway ${server.router || 'none'}, resolver ${server.nameServers || 'none'}`
