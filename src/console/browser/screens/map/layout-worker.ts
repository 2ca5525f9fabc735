// Places the nodes beside the page, so that the page stays awake: forces between who talks to whom,
// and an anchor for each group that holds its members together.
import { UndirectedGraph } from 'graphology'
import forceAtlas2 from 'graphology-layout-forceatlas2'

/** What the page sends. */
export interface LayoutAsked {
  readonly nodes: readonly { readonly id: string; readonly group: string; readonly size: number }[]
  readonly edges: readonly (readonly [from: string, to: string, weight: number])[]
}
/** What comes back: id → place. */
export type LayoutAnswer = Readonly<Record<string, readonly [x: number, y: number]>>

const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5))
const ANCHOR = '\nanchor '
const ROUNDS_FEW = 400
const ROUNDS_MANY = 70
const MANY = 600

/** The same network, the same picture: nothing in it is left to chance. */
function place({ nodes, edges }: LayoutAsked): LayoutAnswer {
  const graph = new UndirectedGraph()
  const groups = [...new Set(nodes.map((node) => node.group))]
  const wide = Math.sqrt(nodes.length) * 12
  const members = new Map(groups.map((group) => [group, 0]))
  const centre = (group: string) => {
    const at = groups.indexOf(group)
    const radius = groups.length > 1 ? wide : 0
    const angle = (2 * Math.PI * at) / groups.length
    return [radius * Math.cos(angle), radius * Math.sin(angle)] as const
  }
  if (groups.length < nodes.length) {
    for (const group of groups) {
      const [x, y] = centre(group)
      graph.addNode(ANCHOR + group, { x, y, size: 1 })
    }
  }
  for (const { id, group, size } of nodes) {
    const number = members.get(group) ?? 0
    members.set(group, number + 1)
    const [x, y] = centre(group)
    const radius = 6 * Math.sqrt(number + 1)
    const angle = number * GOLDEN_ANGLE
    graph.addNode(id, { x: x + radius * Math.cos(angle), y: y + radius * Math.sin(angle), size })
    if (graph.hasNode(ANCHOR + group)) graph.addEdge(ANCHOR + group, id, { weight: 2.5 })
  }
  for (const [from, to, weight] of edges) {
    if (from !== to && graph.hasNode(from) && graph.hasNode(to)) {
      graph.mergeEdge(from, to, { weight })
    }
  }
  const many = nodes.length > MANY
  forceAtlas2.assign(graph, {
    iterations: many ? ROUNDS_MANY : ROUNDS_FEW,
    settings: {
      ...forceAtlas2.inferSettings(graph),
      barnesHutOptimize: many,
      barnesHutTheta: 1.2,
      gravity: 1,
      scalingRatio: many ? 14 : 30,
      strongGravityMode: false,
      edgeWeightInfluence: 0.6,
      adjustSizes: !many,
      slowDown: many ? 4 : 8,
    },
  })
  return Object.fromEntries(
    graph
      .nodes()
      .filter((id) => !id.startsWith(ANCHOR))
      .map((id) => {
        const { x, y } = graph.getNodeAttributes(id) as { x: number; y: number }
        return [id, [x, y]]
      }),
  )
}

addEventListener('message', (event: MessageEvent<LayoutAsked>) => postMessage(place(event.data)))
