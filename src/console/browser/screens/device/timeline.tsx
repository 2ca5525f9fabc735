// What happened to a device, newest first.
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { DeviceDetail, TimelineItem } from '../../../../api/contract/index.ts'
import { timelineQuery } from '../../client/queries.ts'
import { Icon, type IconName } from '../../parts/icon.tsx'
import { SeverityBadge } from '../../parts/severity.tsx'
import { Empty, Failed, Loading } from '../../parts/states.tsx'
import { Moment } from '../../parts/time.tsx'

const ICONS: Readonly<Record<TimelineItem['kind'], IconName>> = {
  seen: 'eye',
  changed: 'edit',
  finding: 'findings',
  decision: 'check',
  merge: 'link',
}

export function Timeline({ device }: { device: DeviceDetail }) {
  const query = useInfiniteQuery(timelineQuery(device.id))
  if (!query.data) {
    return query.error ? (
      <Failed error={query.error} again={() => void query.refetch()} />
    ) : (
      <Loading what="the time line" />
    )
  }
  const items = query.data.pages.flatMap((page) => page.items)
  if (items.length === 0) return <Empty icon="clock" title="Nothing has happened yet" />
  return (
    <section className="card" aria-label="Time line">
      <ol className="timeline">
        {items.map((item, at) => (
          <Line key={`${item.time}-${item.kind}-${at}`} item={item} />
        ))}
      </ol>
      {query.hasNextPage && (
        <button
          type="button"
          className="button"
          disabled={query.isFetching}
          onClick={() => void query.fetchNextPage()}
        >
          Earlier
        </button>
      )}
    </section>
  )
}

const Line = ({ item }: { item: TimelineItem }) => (
  <li className={item.severity ?? ''}>
    <span className="dot">
      <Icon name={ICONS[item.kind]} />
    </span>
    <span>
      {item.finding ? (
        <Link to="/findings" search={{ finding: item.finding }}>
          {item.text}
        </Link>
      ) : (
        item.text
      )}{' '}
      {item.severity && <SeverityBadge severity={item.severity} />}
      <span className="soft small block">
        <Moment time={item.time} />
      </span>
    </span>
  </li>
)
