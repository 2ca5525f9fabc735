// Traffic over time, with the findings on it: choose a span with the mouse or by a button, read the
// numbers in a table.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import type { TrafficAnswer } from '../../../../api/contract/index.ts'
import { deviceQuery, findingsQuery, trafficQuery } from '../../client/queries.ts'
import { Icon } from '../../parts/icon.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { count, localTime, plain, size, span } from '../../parts/wording.ts'
import { useTitle } from '../../shell/title.ts'
import { Chart } from './chart.tsx'
import { MEASURES, measureOf, series, type Measure } from './series.ts'

const route = getRouteApi('/inside/traffic')
const HOUR_MS = 3_600_000
const SPANS = [
  ['1 h', HOUR_MS],
  ['24 h', 24 * HOUR_MS],
  ['7 d', 168 * HOUR_MS],
] as const

export function TrafficScreen() {
  useTitle('Traffic')
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/traffic' })
  const change: Change = (next) => void navigate({ search: (before) => ({ ...before, ...next }) })
  const measure = measureOf(search.measure)
  const { from, to, device } = search
  const query = useQuery(trafficQuery({ from, to, device }))
  return (
    <>
      <div className="screen-head">
        <h1>Traffic</h1>
        <div className="segments" role="group" aria-label="What to draw">
          {MEASURES.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === measure}
              onClick={() => change({ measure: one === 'bytes' ? undefined : one })}
            >
              {plain(one)}
            </button>
          ))}
        </div>
      </div>
      <Spans search={search} change={change} />
      <div className="screen-body" tabIndex={0} role="region" aria-label="Traffic over time">
        <Answer query={query} what="traffic" lines={9}>
          {(traffic) => <Drawn traffic={traffic} measure={measure} zoom={change} device={device} />}
        </Answer>
      </div>
    </>
  )
}

type Search = ReturnType<typeof route.useSearch>
type Change = (next: Partial<Search>) => void

function Spans({ search, change }: { search: Search; change: Change }) {
  const { from, to, device } = search
  return (
    <div className="tools">
      <div className="segments" role="group" aria-label="Span">
        <button
          type="button"
          aria-pressed={!from && !to}
          onClick={() => change({ from: undefined, to: undefined })}
        >
          All that is kept
        </button>
        {SPANS.map(([title, length]) => (
          <button
            key={title}
            type="button"
            aria-pressed={false}
            onClick={() =>
              change({ from: new Date(Date.now() - length).toISOString(), to: undefined })
            }
          >
            Last {title}
          </button>
        ))}
      </div>
      {(from || to) && (
        <button
          type="button"
          className="chip on"
          onClick={() => change({ from: undefined, to: undefined })}
        >
          {from ? localTime(from) : 'the beginning'} to {to ? localTime(to) : 'now'}
          <Icon name="close" />
          <span className="hidden-text">: show all that is kept</span>
        </button>
      )}
      {device && <DeviceChip id={device} drop={() => change({ device: undefined })} />}
    </div>
  )
}

function DeviceChip({ id, drop }: { id: string; drop: () => void }) {
  const { data } = useQuery(deviceQuery(id))
  return (
    <button type="button" className="chip on" onClick={drop}>
      {data?.body.name ?? id} <Icon name="close" />
      <span className="hidden-text">: show all devices</span>
    </button>
  )
}

interface DrawnGiven {
  readonly traffic: TrafficAnswer
  readonly measure: Measure
  readonly device: string | undefined
  readonly zoom: (span: { from: string; to: string }) => void
}

function Drawn({ traffic, measure, device, zoom }: DrawnGiven) {
  const { data } = useInfiniteQuery(findingsQuery({ sort: '-time', device }))
  if (traffic.points.length === 0) {
    return (
      <Empty icon="traffic" title="No traffic in this span">
        <p>Choose a longer one, or all that is kept.</p>
      </Empty>
    )
  }
  const drawn = series(traffic, measure)
  const sums = (['bytes', 'packets', 'flows'] as const).map(
    (one) => [one, traffic.points.reduce((sum, point) => sum + point[one], 0)] as const,
  )
  return (
    <div className="stack">
      <div className="tiles">
        {sums.map(([one, sum]) => (
          <div className="tile" key={one}>
            <b>{one === 'bytes' ? size(sum) : count(sum)}</b>
            {one === 'bytes' ? 'traffic' : one}
          </div>
        ))}
        <div className="tile">
          <b>{span((drawn.to - drawn.from) / 1000)}</b>in steps of {span(traffic.step)}
        </div>
      </div>
      <section className="card" aria-label="Chart">
        <Chart
          series={drawn}
          measure={measure}
          findings={data?.pages.flatMap((page) => page.items) ?? []}
          zoom={zoom}
        />
        <p className="soft small">
          Drag over the picture to look closer. Vertical marks are{' '}
          <Link to="/findings">findings</Link>.
        </p>
      </section>
      <Numbers traffic={traffic} />
    </div>
  )
}

const ROWS_MAX = 200

const Numbers = ({ traffic }: { traffic: TrafficAnswer }) => (
  <details className="card">
    <summary>The same in numbers</summary>
    <div className="scroll-x" tabIndex={0} role="region" aria-label="Traffic in numbers">
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col" className="number">
              Traffic
            </th>
            <th scope="col" className="number">
              Packets
            </th>
            <th scope="col" className="number">
              Flows
            </th>
          </tr>
        </thead>
        <tbody>
          {traffic.points.slice(-ROWS_MAX).map((point) => (
            <tr key={point.time}>
              <td>{localTime(point.time)}</td>
              <td className="number">{size(point.bytes)}</td>
              <td className="number">{count(point.packets)}</td>
              <td className="number">{count(point.flows)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </details>
)
