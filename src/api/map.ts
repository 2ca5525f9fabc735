// The map of conversations: each device a node as long as they can be told apart on a screen,
// groups beyond that; strangers are one node.
import { MAP_DEVICES_MAX, type MapAnswer, type MapQuery } from './contract/index.ts'
import type { FlowSpan } from '../store/index.ts'
import type { ApiParts } from './parts.ts'

const OUTSIDE = 'outside'
const PAIRS_MAX = 50_000
const SERVICES_SHOWN = 12

type Edge = MapAnswer['edges'][number]

/** Nodes and undirected edges, most bytes first. */
export async function mapOf(
  { devices, flows }: ApiParts,
  group: MapQuery['group'],
  span: FlowSpan,
): Promise<MapAnswer> {
  const all = await devices.placed(group)
  const isDetailed = all.filter(({ standing }) => standing === '').length <= MAP_DEVICES_MAX
  const groupName = (value: string) => (value === '' ? 'unknown' : value)
  const byId = new Map(all.map((device) => [device.id, device]))
  const nodeOf = (id: string): string => {
    let device = byId.get(id)
    for (let depth = 0; device && device.standing !== '' && depth < 32; depth++) {
      device = byId.get(device.standing)
    }
    if (!device) return OUTSIDE
    return isDetailed ? device.id : groupName(device.group)
  }
  const edges = new Map<string, Edge>()
  for (const pair of await flows.pairs(span, PAIRS_MAX)) {
    addEdge(edges, [nodeOf(pair.originator), nodeOf(pair.responder)], pair)
  }
  const used = new Set([...edges.values()].flatMap(({ from, to }) => [from, to]))
  const standing = all.filter((device) => device.standing === '')
  const nodes = isDetailed
    ? standing.map(({ id, name, group: value }) => ({
        id,
        label: name,
        group: groupName(value),
        devices: 1,
      }))
    : [...Map.groupBy(standing, (device) => groupName(device.group))].map(([value, members]) => ({
        id: value,
        label: value,
        group: value,
        devices: members.length,
      }))
  if (used.has(OUTSIDE)) nodes.push({ id: OUTSIDE, label: OUTSIDE, group: OUTSIDE, devices: 0 })
  return { nodes, edges: [...edges.values()].toSorted((a, b) => b.bytes - a.bytes) }
}

function addEdge(
  edges: Map<string, Edge>,
  [one, other]: readonly [string, string],
  pair: { service: string; bytes: number; flows: number },
): void {
  if (one === other) return
  const [from, to] = one < other ? [one, other] : [other, one]
  const key = `${from}\n${to}`
  const edge = edges.get(key) ?? { from, to, services: [], bytes: 0, flows: 0 }
  edge.bytes += pair.bytes
  edge.flows += pair.flows
  const { services } = edge
  if (pair.service !== '' && !services.includes(pair.service) && services.length < SERVICES_SHOWN) {
    services.push(pair.service)
  }
  edges.set(key, edge)
}
