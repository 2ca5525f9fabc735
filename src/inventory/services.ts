// The ports that endpoints answer on, and the industrial protocols they speak, read off flows as
// they end. On the path of every flow: unanswered ones (scans, floods) leave at the first test.
import type { Flow } from '../flow/index.ts'
import { MARK } from './identifier.ts'
import { INVENTORY_LIMITS } from './limits.ts'
import { PLACE, type Neighbourhood } from './neighbourhood.ts'
import { INDUSTRIAL } from './tables/industrial.ts'

const TCP = 6
const UDP = 17
/** RFC 6335 6: ports from here on are ephemeral, a service there has to be recognised to count. */
const EPHEMERAL = 49_152

export interface ServiceSeen {
  readonly ipProtocol: number
  readonly port: number
  protocol: string
  flows: number
  first: number
  last: number
}

/** Names of protocols, or texts that a banner had; by endpoint. */
export class Services {
  /** Ports that found no room. */
  dropped = 0
  private readonly neighbourhood: Neighbourhood
  private readonly lists: (ServiceSeen[] | undefined)[] = []
  private readonly asked = new Map<number, Set<string>>()
  private size = 0

  constructor(neighbourhood: Neighbourhood) {
    this.neighbourhood = neighbourhood
  }

  flowEnd(flow: Flow): void {
    if (flow.responderPackets === 0) return
    const { marks } = this.neighbourhood
    if (this.neighbourhood.place(flow.originator) < PLACE.group && INDUSTRIAL.has(flow.service)) {
      this.ask(flow.originator, flow.service)
    }
    const place = this.neighbourhood.place(flow.responder)
    if (place >= PLACE.group) return
    marks[flow.responder] |= MARK.alive
    if (place === PLACE.outside) {
      const ours = MARK.adjacent | MARK.sameNetwork
      if ((marks[flow.responder] & ours) === 0 && marks[flow.responder] & MARK.facesPrivate) return
    }
    if (isService(flow)) this.add(flow)
  }

  private ask(endpoint: number, protocol: string): void {
    const known = this.asked.get(endpoint)
    if (known) known.add(protocol)
    else if (this.asked.size < INVENTORY_LIMITS.servicesAll.value) {
      this.asked.set(endpoint, new Set([protocol]))
    }
  }

  private add(flow: Flow): void {
    const endpoint = flow.responder
    if (endpoint <= 0) return
    const list = this.lists[endpoint]
    if (list) {
      for (const known of list) {
        if (known.port !== flow.responderPort || known.ipProtocol !== flow.ipProtocol) continue
        known.flows++
        if (flow.first < known.first) known.first = flow.first
        if (flow.last > known.last) known.last = flow.last
        if (known.protocol === '') known.protocol = flow.service
        return
      }
      if (list.length >= INVENTORY_LIMITS.services.value) {
        this.dropped++
        return
      }
    }
    if (this.size >= INVENTORY_LIMITS.servicesAll.value) {
      this.dropped++
      return
    }
    this.size++
    while (this.lists.length <= endpoint) this.lists.push(undefined)
    const fresh = {
      ipProtocol: flow.ipProtocol,
      port: flow.responderPort,
      protocol: flow.service,
      flows: 1,
      first: flow.first,
      last: flow.last,
    }
    if (list) list.push(fresh)
    else this.lists[endpoint] = [fresh]
  }

  of(endpoint: number): readonly ServiceSeen[] {
    return this.lists[endpoint] ?? []
  }

  /** Industrial protocols that the endpoint asked others in. */
  askedBy(endpoint: number): ReadonlySet<string> {
    return this.asked.get(endpoint) ?? NOTHING
  }
}

const NOTHING: ReadonlySet<string> = new Set()

/**
 * The responder really serves: a TCP answer other than a reset, or a UDP answer that makes sense.
 */
function isService(flow: Flow): boolean {
  if (flow.ipProtocol === TCP) {
    if (flow.state === 'REJ' || flow.state === 'RSTOS0' || flow.state === 'RSTRH') return false
    if (flow.directionCertain) return true
    return flow.service !== '' || flow.responderPort < flow.originatorPort
  }
  if (flow.ipProtocol !== UDP) return false
  return flow.service !== '' || flow.responderPort < Math.min(EPHEMERAL, flow.originatorPort)
}
