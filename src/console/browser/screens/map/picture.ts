// From the API's answer to what is drawn: groups folded into one node each, or single devices.
import type { MapAnswer } from '../../../../api/contract/index.ts'

export interface PictureNode {
  readonly id: string
  readonly label: string
  readonly group: string
  readonly devices: number
  /** The device it stands for, '' for a group and for what is outside. */
  readonly device: string
}

export interface PictureEdge {
  readonly from: string
  readonly to: string
  readonly services: readonly string[]
  readonly bytes: number
  readonly flows: number
}

export interface Picture {
  readonly nodes: readonly PictureNode[]
  readonly edges: readonly PictureEdge[]
  /** Group → colour number, most devices first. */
  readonly groups: ReadonlyMap<string, number>
}

/** What is none of ours. */
export const OUTSIDE = 'outside'
const OUTSIDE_LABEL = 'Outside'

/** Every device as a node of its own, as far as the API gives single devices. */
export function single(answer: MapAnswer): Picture {
  const nodes = answer.nodes.map((node) => ({
    ...node,
    label: node.id === OUTSIDE ? OUTSIDE_LABEL : node.label,
    device: node.devices === 1 && node.id !== OUTSIDE && node.id !== node.group ? node.id : '',
  }))
  return { nodes, edges: answer.edges, groups: groupsOf(answer) }
}

/** One node a group, conversations added up; those within a group are left out. */
export function folded(answer: MapAnswer): Picture {
  const groups = groupsOf(answer)
  const groupOf = new Map(answer.nodes.map((node) => [node.id, node.group]))
  const devices = new Map<string, number>()
  for (const node of answer.nodes) {
    devices.set(node.group, (devices.get(node.group) ?? 0) + node.devices)
  }
  const edges = new Map<string, PictureEdge>()
  for (const edge of answer.edges) {
    const ends = [groupOf.get(edge.from) ?? edge.from, groupOf.get(edge.to) ?? edge.to]
    const [from, to] = ends.toSorted()
    if (from === to) continue
    const before = edges.get(`${from}\n${to}`)
    edges.set(`${from}\n${to}`, {
      from,
      to,
      services: [...new Set([...(before?.services ?? []), ...edge.services])],
      bytes: (before?.bytes ?? 0) + edge.bytes,
      flows: (before?.flows ?? 0) + edge.flows,
    })
  }
  const nodes = [...devices].map(([group, count]) => ({
    id: group,
    label: group === OUTSIDE ? OUTSIDE_LABEL : group,
    group,
    devices: count,
    device: '',
  }))
  return { nodes, edges: [...edges.values()], groups }
}

function groupsOf(answer: MapAnswer): Map<string, number> {
  const sizes = new Map<string, number>()
  for (const { group, devices } of answer.nodes) {
    if (group !== OUTSIDE) sizes.set(group, (sizes.get(group) ?? 0) + devices)
  }
  const sorted = [...sizes].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  return new Map(sorted.map(([group], at) => [group, at]))
}

/** Of one node: whom it talks to, most bytes first. */
export function neighbours(picture: Picture, id: string) {
  const labels = new Map(picture.nodes.map((node) => [node.id, node]))
  return picture.edges
    .filter((edge) => edge.from === id || edge.to === id)
    .flatMap((edge) => {
      const other = labels.get(edge.from === id ? edge.to : edge.from)
      return other && other.id !== id ? [{ other, edge }] : []
    })
    .toSorted((a, b) => b.edge.bytes - a.edge.bytes)
}
