// The Inventory: listens to flows and transactions, keeps notes by endpoint, and computes devices
// from them whenever it is asked.
import { OperatingError } from '../core/errors.ts'
import type { Flow, FlowObserver, EndpointTable, Transaction } from '../flow/index.ts'
import { assemble, type Ground } from './assembly.ts'
import type { Contradiction, Device } from './device.ts'
import type { Identifier } from './identifier.ts'
import { INVENTORY_LIMITS } from './limits.ts'
import { MacRegistry } from './mac-registry.ts'
import { mergeNodes, type Grouped } from './merging.ts'
import { Neighbourhood, PLACE } from './neighbourhood.ts'
import { findNodes, type Node } from './nodes.ts'
import { Notes } from './notes.ts'
import type { RecogBook } from './recog.ts'
import { Services } from './services.ts'
import { learnTruth, type Span, type TruthUse } from './truth/learn.ts'
import type { TruthFile } from './truth/read.ts'

/** What an Inventory is built from. `endpoints` is the sensor's own table. */
export interface InventoryOptions {
  readonly endpoints: EndpointTable
  readonly identifiers: readonly Identifier[]
  /** The IEEE's list; without it manufacturers come from the devices' own words only. */
  readonly registry?: MacRegistry | (() => MacRegistry)
  /** Fingerprints from a folder that the user names. */
  readonly recog?: RecogBook
  /** Prefixes that are ours beyond the private ones, e.g. `203.0.113.0/24`. */
  readonly local?: readonly string[]
}

/** How devices are to be put together. */
export interface DevicesQuery {
  /** Keys of merges to leave out (`Merge.key`). */
  readonly withoutMerges?: readonly string[]
}

/** A quick answer about one endpoint, good enough while packets come in. */
export type LocalHint = 'local' | 'outside' | 'group' | 'unknown'

/** What stays of a computation; the nodes themselves are ten times as large, and go. */
interface View {
  /** Node index by endpoint, -1: none. */
  readonly ofEndpoint: Int32Array
  /** By node index: the device's id, and whether the node is a router. */
  readonly idOf: readonly (string | undefined)[]
  readonly isRouter: Uint8Array
  readonly fleeting: number
  readonly fleetingForeign: number
  readonly endpoints: number
  readonly notes: number
}

interface Computed {
  readonly view: View
  readonly ids: Map<Grouped, string>
}

export class Inventory implements FlowObserver {
  readonly notes: Notes
  private readonly endpoints: EndpointTable
  private readonly neighbourhood: Neighbourhood
  private readonly services: Services
  private readonly byProtocol = new Map<string, Identifier[]>()
  private readonly options: InventoryOptions
  private registry: MacRegistry | undefined
  private view: View | undefined
  /** Surrogate by the key of a device's first node: given once, kept for the run. */
  private readonly ids = new Map<string, string>()
  private idsGiven = 0

  constructor(options: InventoryOptions) {
    this.options = options
    this.endpoints = options.endpoints
    this.neighbourhood = new Neighbourhood(options.endpoints)
    this.notes = new Notes(this.neighbourhood, options.recog)
    this.services = new Services(this.neighbourhood)
    for (const prefix of options.local ?? []) this.learnLocal(prefix)
    for (const identifier of options.identifiers) {
      for (const protocol of identifier.protocols) {
        const list = this.byProtocol.get(protocol)
        if (list) list.push(identifier)
        else this.byProtocol.set(protocol, [identifier])
      }
    }
  }

  private learnLocal(prefix: string): void {
    if (this.neighbourhood.learn(prefix)) return
    throw new OperatingError(
      'bad-local-prefix',
      `'${prefix}' is no network such as 192.0.2.0/24 or 2001:db8::/32 (at least /8 and /16)`,
    )
  }

  transaction(transaction: Transaction): void {
    const identifiers = this.byProtocol.get(transaction.protocol)
    if (identifiers === undefined) return
    this.notes.now = transaction
    for (let index = 0; index < identifiers.length; index++) {
      identifiers[index].observe(transaction, this.notes)
    }
  }

  flowStart(flow: Flow): void {
    this.neighbourhood.learnFlow(flow)
  }

  flowEnd(flow: Flow): void {
    this.services.flowEnd(flow)
  }

  /** Takes over what others' tables say of addresses, as far as it holds within `span`. */
  learnTruth(files: readonly TruthFile[], span: Span): TruthUse[] {
    const uses = learnTruth(this.notes, files, span)
    this.view = undefined
    return uses
  }

  /**
   * What an endpoint told differently from before, in the order of packet time; grows during the
   * run.
   */
  get contradictions(): readonly Contradiction[] {
    return this.notes.contradictions
  }

  /** Local prefixes: those given, and those learnt from RA and DHCP. */
  get localPrefixes(): readonly string[] {
    return this.neighbourhood.prefixTexts()
  }

  /** By address alone; nanoseconds. A router's MAC with a remote address is 'outside'. */
  localHint(endpoint: number): LocalHint {
    const place = this.neighbourhood.place(endpoint)
    if (place === PLACE.outside) return 'outside'
    if (place === PLACE.group || place === PLACE.linkGroup) return 'group'
    return place === PLACE.local || place === PLACE.mac ? 'local' : 'unknown'
  }

  /**
   * Belongs to a device of this site (routers included). Recomputes the view when much has changed.
   */
  isLocal(endpoint: number): boolean {
    if (this.neighbourhood.place(endpoint) >= PLACE.group) return false
    return this.nodeOf(endpoint, this.recent(endpoint)) >= 0
  }

  /** Belongs to a router (its own addresses, not what it relays). */
  isInfrastructure(endpoint: number): boolean {
    const view = this.recent(endpoint)
    const node = this.nodeOf(endpoint, view)
    return node >= 0 && view.isRouter[node] === 1
  }

  /** The device's id; undefined for hosts outside, groups, and what never sent anything. */
  deviceOf(endpoint: number): string | undefined {
    const view = this.recent(endpoint)
    return view.idOf[this.nodeOf(endpoint, view)]
  }

  /** All devices, strongest identity first; computed afresh from what is noted. */
  devices(query: DevicesQuery = {}): Device[] {
    const { view, ids } = this.compute(new Set(query.withoutMerges))
    if ((query.withoutMerges ?? []).length === 0) this.view = view
    const ground: Ground = {
      notes: this.notes,
      services: this.services,
      registry: this.loadedRegistry(),
      contradictions: Map.groupBy(this.notes.contradictions, (one) => one.endpoint),
    }
    const devices: Device[] = []
    for (const [group, id] of ids) {
      devices.push(assemble(ground, group, id))
      // Groups and nodes are ten times a device: they go as they are read.
      ids.delete(group)
    }
    return devices
  }

  /** Bounds that were met: what is missing from the devices, by the limit's name. */
  limitsMet(): { name: string; value: number; dropped: number }[] {
    const met = [
      { limit: INVENTORY_LIMITS.notesEndpoint, dropped: this.notes.droppedHere },
      { limit: INVENTORY_LIMITS.notes, dropped: this.notes.droppedAll },
      { limit: INVENTORY_LIMITS.services, dropped: this.services.dropped },
      { limit: INVENTORY_LIMITS.fleeting, dropped: this.view?.fleeting ?? 0 },
      {
        limit: INVENTORY_LIMITS.fleetingForeign,
        dropped: this.view?.fleetingForeign ?? 0,
      },
    ]
    return met
      .filter(({ dropped }) => dropped > 0)
      .map(({ limit, dropped }) => ({ name: limit.name, value: limit.value, dropped }))
  }

  private loadedRegistry(): MacRegistry {
    const given = this.options.registry
    this.registry ??= typeof given === 'function' ? given() : (given ?? new MacRegistry())
    return this.registry
  }

  private compute(without: ReadonlySet<string>): Computed {
    const { list, ofEndpoint, fleeting, fleetingForeign } = findNodes(this.notes)
    const groups = mergeNodes(list, this.notes, without)
    const ids = this.nameAll(groups)
    const idOfNode = new Map<Node, string>()
    for (const group of groups) for (const node of group.nodes) idOfNode.set(node, ids.get(group)!)
    const idOf = list.map((node) => idOfNode.get(node))
    const isRouter = Uint8Array.from(list, (node) => (node.routerBecause === '' ? 0 : 1))
    const seen = { endpoints: this.endpoints.size, notes: this.notes.size }
    return { view: { ofEndpoint, idOf, isRouter, fleeting, fleetingForeign, ...seen }, ids }
  }

  /**
   * A view that knows the endpoint and is not much older than the notes: growth pays for
   * recomputing.
   */
  private recent(endpoint: number): View {
    const view = this.view
    if (
      view === undefined ||
      this.notes.size > view.notes * 1.25 + 16 ||
      this.endpoints.size > view.endpoints * 1.25 + 16 ||
      (endpoint >= view.endpoints && this.endpoints.size > view.endpoints * 1.05)
    ) {
      this.view = this.compute(new Set()).view
    }
    return this.view as View
  }

  private nodeOf(endpoint: number, view: View): number {
    return view.ofEndpoint[endpoint] ?? -1
  }

  /** Ids in the order of identity; a device that was known before keeps its own. */
  private nameAll(groups: readonly Grouped[]): Map<Grouped, string> {
    const result = new Map<Grouped, string>()
    const taken = new Set<string>()
    const ranked = groups.map((group) => ({ group, rank: rank(group) }))
    for (const { group } of ranked.sort(byIdentity)) {
      const chosen = this.knownId(group, taken) ?? `d${++this.idsGiven}`
      this.ids.set(group.nodes[0].key, chosen)
      taken.add(chosen)
      result.set(group, chosen)
    }
    return result
  }

  private knownId(group: Grouped, taken: ReadonlySet<string>): string | undefined {
    if (this.ids.size === 0) return undefined
    for (const { key } of group.nodes) {
      const id = this.ids.get(key)
      if (id !== undefined && !taken.has(id)) return id
    }
    return undefined
  }
}

interface Ranked {
  readonly group: Grouped
  readonly rank: number
}

/** Strongest identity first (proved, MAC, address only), then by MAC or address. */
const byIdentity = (one: Ranked, other: Ranked) =>
  one.rank - other.rank || compareKeys(one.group.nodes[0], other.group.nodes[0])

function rank(group: Grouped): number {
  if (group.identities.some((identity) => identity.strength === 'strong')) return 0
  let best = 3
  for (const { mac, limits } of group.nodes) {
    if (mac >= 0) best = Math.min(best, limits.has('randomised-mac') ? 2 : 1)
  }
  return best
}

function compareKeys(one: Node, other: Node): number {
  if (one.mac !== other.mac) return one.mac - other.mac
  return one.key < other.key ? -1 : one.key > other.key ? 1 : 0
}
