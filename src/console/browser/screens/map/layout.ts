// Asks the worker for the places of a picture; a newer picture ends the older question.
import { useEffect, useState } from 'react'
import type { LayoutAnswer, LayoutAsked } from './layout-worker.ts'
import type { Picture } from './picture.ts'

export interface Placed {
  readonly picture: Picture
  readonly places: LayoutAnswer
}

const asked = ({ nodes, edges }: Picture): LayoutAsked => ({
  nodes: nodes.map((node) => ({
    id: node.id,
    group: node.group,
    size: nodeSize(node.devices, nodes.length),
  })),
  edges: edges.map((edge) => [edge.from, edge.to, 1 + Math.log10(1 + edge.flows)] as const),
})

/** Area grows with what it stands for. */
export const nodeSize = (devices: number, nodes: number): number =>
  devices <= 1 ? (nodes > 300 ? 4 : 8) : Math.min(30, 6 + 3 * Math.sqrt(devices))

/** The last picture that was placed; undefined before the first. */
export function useLayout(picture: Picture | undefined): Placed | undefined {
  const [placed, setPlaced] = useState<Placed>()
  useEffect(() => {
    if (!picture) return
    const worker = new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', (event: MessageEvent<LayoutAnswer>) => {
      setPlaced({ picture, places: event.data })
      worker.terminate()
    })
    worker.postMessage(asked(picture))
    return () => worker.terminate()
  }, [picture])
  return placed
}
