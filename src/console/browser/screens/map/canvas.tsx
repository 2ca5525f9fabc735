// The picture itself: sigma draws with WebGL, names of groups lie over it. Everything it says, the
// table beside it says too.
import { UndirectedGraph } from 'graphology'
import { useEffect, useRef, useState } from 'react'
import Sigma from 'sigma'
import { Icon } from '../../parts/icon.tsx'
import { useDark } from '../../shell/theme.ts'
import { colours, type Colours } from './colours.ts'
import { nodeSize, type Placed } from './layout.ts'
import { neighbours, OUTSIDE, type Picture } from './picture.ts'

/** What stands on the page, and what it was drawn from. */
interface Drawn {
  readonly sigma: Sigma
  readonly placed: Placed
  readonly dark: boolean
}

interface CanvasGiven {
  readonly placed: Placed
  readonly chosen: string
  readonly choose: (id: string) => void
  /** Shows names of groups over the devices. */
  readonly named: boolean
}

export function MapCanvas({ placed, chosen, choose, named }: CanvasGiven) {
  const box = useRef<HTMLDivElement>(null)
  const names = useRef<HTMLDivElement>(null)
  const [drawn, setDrawn] = useState<Drawn>()
  const [broken, setBroken] = useState(false)
  const dark = useDark()
  const click = useRef(choose)
  useEffect(() => {
    click.current = choose
  })
  useEffect(() => {
    if (!box.current) return
    try {
      const filled = fill(placed, box.current)
      const made = draw(box.current, filled, colours(dark))
      made.on('clickNode', ({ node }) => click.current(node))
      made.on('clickStage', () => click.current(''))
      if (named && names.current) nameGroups(made, names.current, filled)
      setDrawn({ sigma: made, placed, dark })
      return () => {
        made.kill()
      }
    } catch {
      // No WebGL here: the table beside it says the same.
      setBroken(true)
    }
  }, [placed, dark, named])
  useEffect(() => {
    // The one of before is dead by now.
    if (drawn?.placed !== placed || drawn.dark !== dark) return
    highlight(drawn.sigma, { picture: placed.picture, chosen, colour: colours(dark) })
  }, [drawn, placed, chosen, dark])
  if (broken) {
    return (
      <p className="notice warn">This browser draws no WebGL; the table says the same in words.</p>
    )
  }
  return (
    <div className="map-canvas">
      <div ref={box} className="map-box" role="img" aria-label={label(placed.picture)} />
      <div ref={names} className="map-names" aria-hidden="true" />
      <div className="map-zoom">
        <Zoom
          label="Closer"
          run={() => void drawn?.sigma.getCamera().animatedZoom({ factor: 1.6 })}
        >
          +
        </Zoom>
        <Zoom
          label="Farther"
          run={() => void drawn?.sigma.getCamera().animatedUnzoom({ factor: 1.6 })}
        >
          −
        </Zoom>
        <Zoom label="Show all" run={() => void drawn?.sigma.getCamera().animatedReset()}>
          <Icon name="map" />
        </Zoom>
      </div>
    </div>
  )
}

const label = ({ nodes, edges }: Picture) =>
  `Map: ${nodes.length} nodes, ${edges.length} connections; the table says the same`

interface ZoomGiven {
  readonly label: string
  readonly run: () => void
  readonly children: React.ReactNode
}

const Zoom = ({ label, run, children }: ZoomGiven) => (
  <button type="button" className="button icon-only" aria-label={label} title={label} onClick={run}>
    {children}
  </button>
)

/** Room for names on the right, and for zoom buttons and group names above and below. */
const NAME_ROOM = { x: 130, y: 34 }

/** A few nodes are spread over the whole box; many keep the shape they were given. */
function fill({ picture, places }: Placed, box: HTMLElement): Placed {
  const points = Object.entries(places)
  if (points.length > FEW || points.length < 2) return { picture, places }
  const [width, height] = [box.clientWidth, box.clientHeight]
  const room = [Math.min(NAME_ROOM.x, width / 4), NAME_ROOM.y]
  const scale = ([0, 1] as const).map((axis) => {
    const values = points.map(([, point]) => point[axis])
    const least = Math.min(...values)
    const wide = (axis === 0 ? width : height) - 2 * room[1] - (axis === 0 ? room[0] : 0)
    const factor = wide / Math.max(1e-6, Math.max(...values) - least)
    return (value: number) => room[1] + (value - least) * factor
  })
  return {
    picture,
    places: Object.fromEntries(
      points.map(([id, [x, y]]) => [id, [scale[0](x), scale[1](y)] as const]),
    ),
  }
}

/** So few that every name can stand there. */
const FEW = 120
/** So many that lines have to be thin and clear. */
const MANY = 600
const NARROW = 420

function draw(box: HTMLElement, { picture, places }: Placed, colour: Colours): Sigma {
  const graph = new UndirectedGraph()
  for (const node of picture.nodes) {
    const [x, y] = places[node.id] ?? [0, 0]
    const outside = node.group === OUTSIDE
    graph.addNode(node.id, {
      x,
      y,
      size: outside ? 12 : nodeSize(node.devices, picture.nodes.length),
      label: node.devices > 1 ? `${node.label} (${node.devices})` : node.label,
      color: outside ? colour.outside : colour.group(picture.groups.get(node.group) ?? 99),
    })
  }
  const many = picture.edges.length > MANY
  const most = Math.max(1, ...picture.edges.map((edge) => edge.bytes))
  for (const edge of picture.edges) {
    if (edge.from === edge.to || !graph.hasNode(edge.from) || !graph.hasNode(edge.to)) continue
    graph.mergeEdge(edge.from, edge.to, {
      size: 0.5 + ((many ? 1.5 : 4.5) * Math.log1p(edge.bytes)) / Math.log1p(most),
      color: many ? colour.faint : colour.edge,
    })
  }
  const few = picture.nodes.length <= FEW
  const sigma = new Sigma(graph, box, {
    labelColor: { color: colour.ink },
    labelFont: 'system-ui, sans-serif',
    labelSize: 13,
    labelWeight: '500',
    labelRenderedSizeThreshold: few ? 0 : 9,
    labelDensity: few && box.clientWidth > NARROW ? 4 : 0.6,
    labelGridCellSize: few ? 60 : 110,
    minEdgeThickness: 0.6,
    stagePadding: few ? 10 : 40,
    zIndex: true,
    allowInvalidContainer: true,
    defaultDrawNodeHover: (context, data) => hover(context, data, colour),
  })
  if (few) sigma.setCustomBBox({ x: [0, box.clientWidth], y: [0, box.clientHeight] })
  return sigma
}

interface Hovered {
  readonly x: number
  readonly y: number
  readonly size: number
  readonly label?: string | null
}

/** Sigma's own hover box is white whatever the theme. */
function hover(context: CanvasRenderingContext2D, data: Hovered, colour: Colours): void {
  const text = data.label ?? ''
  context.font = '600 13px system-ui, sans-serif'
  const width = context.measureText(text).width + 16
  const left = data.x + data.size + 4
  context.fillStyle = colour.page
  context.strokeStyle = colour.accent
  context.beginPath()
  context.roundRect(left, data.y - 13, width, 26, 7)
  context.fill()
  context.stroke()
  context.fillStyle = colour.ink
  context.fillText(text, left + 8, data.y + 4.5)
  context.beginPath()
  context.arc(data.x, data.y, data.size + 2, 0, 2 * Math.PI)
  context.stroke()
}

interface Highlighted {
  readonly picture: Picture
  readonly chosen: string
  readonly colour: Colours
}

/** The chosen node and whom it talks to stay, everybody else steps back. */
function highlight(sigma: Sigma, { picture, chosen, colour }: Highlighted): void {
  const near = new Set(neighbours(picture, chosen).map(({ other }) => other.id))
  const graph = sigma.getGraph()
  if (chosen === '' || !graph.hasNode(chosen)) {
    sigma.setSetting('nodeReducer', null)
    sigma.setSetting('edgeReducer', null)
    return
  }
  sigma.setSetting('nodeReducer', (node, data) => {
    if (node === chosen) return { ...data, forceLabel: true, highlighted: true, zIndex: 2 }
    if (near.has(node)) return { ...data, forceLabel: near.size <= 30, zIndex: 1 }
    return { ...data, color: colour.dim, label: '' }
  })
  sigma.setSetting('edgeReducer', (edge, data) =>
    graph.hasExtremity(edge, chosen)
      ? { ...data, color: colour.accent, zIndex: 1 }
      : { ...data, color: colour.dim, hidden: picture.edges.length > 400 },
  )
}

/** A name over the middle of each group, moved along with the camera. */
function nameGroups(sigma: Sigma, layer: HTMLElement, { picture, places }: Placed): void {
  const members = Map.groupBy(
    picture.nodes.filter((node) => node.group !== OUTSIDE),
    (node) => node.group,
  )
  // A group of one is named by its device.
  const several = [...members].filter(([, nodes]) => nodes.length > 1)
  const tags = several.map(([group, nodes]) => {
    const points = nodes.flatMap((node) => (places[node.id] ? [places[node.id]] : []))
    const middle = (axis: 0 | 1) =>
      points.reduce((sum, point) => sum + point[axis], 0) / points.length
    const tag = document.createElement('span')
    tag.textContent = `${group} · ${nodes.length}`
    return { tag, x: middle(0), y: Math.max(...points.map((point) => point[1])) }
  })
  layer.replaceChildren(...tags.map(({ tag }) => tag))
  const move = () => {
    for (const { tag, x, y } of tags) {
      const at = sigma.graphToViewport({ x, y })
      tag.style.transform = `translate(${at.x}px, ${at.y - 14}px) translate(-50%, -100%)`
    }
  }
  move()
  sigma.on('afterRender', move)
  sigma.on('kill', () => layer.replaceChildren())
}
