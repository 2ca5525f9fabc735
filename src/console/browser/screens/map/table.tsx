// The map in words: all conversations, or those of the node that is chosen.
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { Icon } from '../../parts/icon.tsx'
import { count, countOf, plain, size } from '../../parts/wording.ts'
import { useDark } from '../../shell/theme.ts'
import { colours } from './colours.ts'
import { neighbours, type Picture, type PictureNode } from './picture.ts'

interface TableGiven {
  readonly picture: Picture
  readonly chosen: string
  readonly grouped: string
  readonly choose: (id: string) => void
}

const ROWS = 60

export function MapTable(given: TableGiven) {
  const node = given.picture.nodes.find((one) => one.id === given.chosen)
  const box = useRef<HTMLElement>(null)
  useEffect(() => {
    void box.current?.scrollTo({ top: 0 })
  }, [given.chosen])
  return (
    <section ref={box} className="card map-table" aria-label="The map in words" tabIndex={0}>
      {node ? <OfNode {...given} node={node} /> : <All {...given} />}
    </section>
  )
}

function All({ picture, grouped, choose }: TableGiven) {
  const [shown, setShown] = useState(ROWS)
  const labels = new Map(picture.nodes.map((node) => [node.id, node]))
  const edges = picture.edges.toSorted((a, b) => b.bytes - a.bytes)
  return (
    <>
      <Legend picture={picture} grouped={grouped} />
      <h2 className="above">Who talks to whom</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Between</th>
            <th scope="col" className="number">
              Traffic
            </th>
          </tr>
        </thead>
        <tbody>
          {edges.slice(0, shown).map((edge) => (
            <tr key={`${edge.from}\n${edge.to}`}>
              <td>
                <Choose node={labels.get(edge.from)} choose={choose} />
                <span className="soft"> and </span>
                <Choose node={labels.get(edge.to)} choose={choose} />
                <span className="soft small block">{services(edge.services)}</span>
              </td>
              <td className="number">{size(edge.bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {edges.length > shown && (
        <button type="button" className="button" onClick={() => setShown(shown + ROWS)}>
          {count(edges.length - shown)} more
        </button>
      )}
    </>
  )
}

const services = (list: readonly string[]) => {
  const named = list.filter(Boolean)
  return named.slice(0, 6).join(', ') + (named.length > 6 ? ` and ${named.length - 6} more` : '')
}

const Choose = ({
  node,
  choose,
}: {
  node: PictureNode | undefined
  choose: (id: string) => void
}) =>
  node ? (
    <button type="button" className="plain-link" onClick={() => choose(node.id)}>
      {node.label || node.id || 'none'}
    </button>
  ) : null

function OfNode({ picture, node, choose }: TableGiven & { readonly node: PictureNode }) {
  const near = neighbours(picture, node.id)
  return (
    <>
      <div className="card-head">
        <h2 className="wrap">{node.label || node.id}</h2>
        <button
          type="button"
          className="button bare icon-only"
          aria-label="Choose nothing"
          onClick={() => choose('')}
        >
          <Icon name="close" />
        </button>
      </div>
      <p className="soft small">
        {node.devices > 1 ? `${count(node.devices)} devices, ` : `${node.group}, `}
        talks to {count(near.length)}
      </p>
      {node.device && (
        <p className="chips above">
          <Link className="button tight" to="/devices/$device" params={{ device: node.device }}>
            Its page
          </Link>
          <Link className="button tight" to="/flows" search={{ q: `device:${node.device}` }}>
            Its flows
          </Link>
        </p>
      )}
      <table className="above">
        <thead>
          <tr>
            <th scope="col">With</th>
            <th scope="col" className="number">
              Traffic
            </th>
          </tr>
        </thead>
        <tbody>
          {near.map(({ other, edge }) => (
            <tr key={other.id}>
              <td>
                <Choose node={other} choose={choose} />
                <span className="soft small block">{services(edge.services)}</span>
              </td>
              <td className="number">
                {size(edge.bytes)}
                <span className="soft small block">{countOf(edge.flows, 'flow')}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

const LEGEND_MAX = 10

function Legend({ picture, grouped }: { picture: Picture; grouped: string }) {
  const colour = colours(useDark())
  const sizes = new Map<string, number>()
  for (const node of picture.nodes) {
    sizes.set(node.group, (sizes.get(node.group) ?? 0) + node.devices)
  }
  const groups = [...picture.groups].slice(0, LEGEND_MAX)
  return (
    <>
      <h2>By {grouped}</h2>
      <ul className="legend">
        {groups.map(([group, number]) => (
          <li key={group}>
            <i style={{ background: colour.group(number) }} />
            {grouped === 'category' ? plain(group) : group}{' '}
            <span className="soft">{count(sizes.get(group) ?? 0)}</span>
          </li>
        ))}
        {picture.groups.size > LEGEND_MAX && (
          <li className="soft">and {picture.groups.size - LEGEND_MAX} more</li>
        )}
      </ul>
    </>
  )
}
