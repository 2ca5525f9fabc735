// The map of zones and conversations: a picture to look at, a table to read, and both to choose in.
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { mapQuery } from '../../client/queries.ts'
import { Empty, Failed, Loading } from '../../parts/states.tsx'
import { count, plain } from '../../parts/wording.ts'
import { useShortcuts } from '../../shell/shortcuts.ts'
import { useTitle } from '../../shell/title.ts'
import { MapCanvas } from './canvas.tsx'
import { useLayout } from './layout.ts'
import { folded, OUTSIDE, single, type Picture } from './picture.ts'
import { MapTable } from './table.tsx'

const route = getRouteApi('/inside/map')
const GROUPS = ['segment', 'category', 'manufacturer'] as const

export function MapScreen() {
  useTitle('Map')
  const { group = 'segment', view = 'devices', node = '' } = route.useSearch()
  const navigate = useNavigate({ from: '/map' })
  const change = (next: { group?: string; view?: string; node?: string }, replace = false) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace })
  const query = useQuery(mapQuery({ group }))
  const picture = useMemo(
    () => query.data && (view === 'groups' ? folded(query.data) : single(query.data)),
    [query.data, view],
  )
  useShortcuts([
    { keys: 'Escape', title: 'Choose nothing', run: () => change({ node: undefined }) },
    {
      keys: 'v',
      title: 'Groups or devices',
      run: () => change({ view: view === 'groups' ? undefined : 'groups', node: undefined }),
    },
  ])
  return (
    <>
      <div className="screen-head">
        <h1>
          Map <span className="soft">{picture && summary(picture)}</span>
        </h1>
        <Choices group={group} view={view} change={change} />
      </div>
      <div className="screen-body map-body">
        {query.error && !picture ? (
          <Failed error={query.error} again={() => void query.refetch()} />
        ) : picture ? (
          <Both
            picture={picture}
            chosen={node}
            grouped={group}
            named={view === 'devices' && picture.groups.size > 1}
            choose={(id) => change({ node: id || undefined }, true)}
          />
        ) : (
          <Loading what="the map" />
        )}
      </div>
    </>
  )
}

interface BothGiven {
  readonly picture: Picture
  readonly chosen: string
  readonly grouped: string
  readonly named: boolean
  readonly choose: (id: string) => void
}

/** The picture and the table. */
function Both({ picture, chosen, grouped, named, choose }: BothGiven) {
  const placed = useLayout(picture)
  if (picture.nodes.length === 0) {
    return (
      <Empty icon="map" title="Nobody talked to anybody yet">
        <p>The map draws itself as soon as traffic comes in.</p>
      </Empty>
    )
  }
  return (
    <>
      <section className="map-picture" aria-label="Picture">
        {placed ? (
          <MapCanvas placed={placed} chosen={chosen} choose={choose} named={named} />
        ) : (
          <Loading what="the places" lines={2} />
        )}
      </section>
      <MapTable picture={picture} chosen={chosen} grouped={grouped} choose={choose} />
    </>
  )
}

function summary({ nodes, edges }: Picture): string {
  const ours = nodes.filter((node) => node.group !== OUTSIDE)
  const devices = ours.reduce((sum, node) => sum + node.devices, 0)
  return `${count(devices)} devices, ${count(edges.length)} connections`
}

interface ChoicesGiven {
  readonly group: string
  readonly view: string
  readonly change: (next: { group?: string; view?: string; node?: string }) => void
}

const Choices = ({ group, view, change }: ChoicesGiven) => (
  <>
    <div className="segments" role="group" aria-label="Show">
      {(['devices', 'groups'] as const).map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={view === one}
          onClick={() => change({ view: one === 'devices' ? undefined : one, node: undefined })}
        >
          {plain(one)}
        </button>
      ))}
    </div>
    <div className="segments" role="group" aria-label="Group by">
      {GROUPS.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={group === one}
          onClick={() => change({ group: one === 'segment' ? undefined : one, node: undefined })}
        >
          By {one}
        </button>
      ))}
    </div>
  </>
)
