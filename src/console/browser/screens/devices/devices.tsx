// The devices: a live list with search while typing, filters and sorting, all in the address.
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { DeviceItem } from '../../../../api/contract/index.ts'
import { devicesQuery } from '../../client/queries.ts'
import { DataList, type Column } from '../../parts/data-list.tsx'
import { categoryIcon, Icon } from '../../parts/icon.tsx'
import { SearchBox } from '../../parts/search-box.tsx'
import { Counts } from '../../parts/severity.tsx'
import { Empty, Failed, Loading } from '../../parts/states.tsx'
import { Ago } from '../../parts/time.tsx'
import { count, plain } from '../../parts/wording.ts'
import { useTitle } from '../../shell/title.ts'
import { DeviceFilters } from './filters.tsx'

const route = getRouteApi('/inside/devices')

const address = (device: DeviceItem) =>
  device.addresses.findLast((one) => !one.includes(':')) ?? device.addresses.at(-1) ?? ''

const more = (list: readonly string[]) => (list.length > 1 ? ` +${list.length - 1}` : '')

const COLUMNS: readonly Column<DeviceItem>[] = [
  {
    id: 'name',
    title: 'Name',
    width: 'minmax(150px, 2fr)',
    sort: 'name',
    cell: (device) => (
      <span className="device-name">
        <Icon name={categoryIcon(device.category)} />
        <Link to="/devices/$device" params={{ device: device.id }} tabIndex={-1} className="cut">
          {device.name}
        </Link>
      </span>
    ),
  },
  {
    id: 'category',
    title: 'Category',
    width: 'minmax(90px, 1fr)',
    sort: 'category',
    cell: (device) =>
      device.category === 'unknown' || device.category === '' ? (
        <span className="soft">Unknown</span>
      ) : (
        plain(device.category)
      ),
  },
  {
    id: 'maker',
    title: 'Manufacturer and model',
    width: 'minmax(110px, 1.6fr)',
    sort: 'manufacturer',
    cell: (device) =>
      [device.manufacturer, device.model].filter(Boolean).join(' · ') || (
        <span className="soft">–</span>
      ),
  },
  {
    id: 'address',
    title: 'Address',
    width: 'minmax(120px, 1.1fr)',
    cell: (device) => (
      <span className="mono" title={[...device.addresses, ...device.macs].join(', ')}>
        {address(device) || device.macs[0] || '–'}
        <span className="soft">{more(device.addresses)}</span>
      </span>
    ),
  },
  {
    id: 'segment',
    title: 'Segment',
    width: 'minmax(80px, 0.8fr)',
    sort: 'segment',
    cell: (device) => device.segment || <span className="soft">–</span>,
  },
  {
    id: 'found',
    title: 'Findings',
    width: '118px',
    sort: 'findings',
    down: true,
    cell: (device) => <Counts counts={device.findings} />,
  },
  {
    id: 'seen',
    title: 'Last seen',
    width: '92px',
    sort: 'lastSeen',
    down: true,
    cell: (device) => <Ago time={device.lastSeen} />,
  },
]

export function DevicesScreen() {
  useTitle('Devices')
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/devices' })
  const query = useInfiniteQuery(devicesQuery(sorted(search)))
  const change = (next: Partial<typeof search>, replace = false) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace })
  const total = query.data?.pages[0]?.total
  return (
    <>
      <div className="screen-head">
        <h1>
          Devices{' '}
          <span className="soft" role="status">
            {total === undefined ? '' : count(total)}
          </span>
        </h1>
        <SearchBox
          label="Search devices"
          placeholder="Name, maker, address, MAC …"
          value={search.q ?? ''}
          change={(q) => change({ q: q || undefined }, true)}
        />
      </div>
      <DeviceFilters search={search} change={change} />
      <div className="screen-body fixed">
        <DeviceList search={search} sort={(sort) => change({ sort })} clear={() => change(NONE)} />
      </div>
    </>
  )
}

/** What needs somebody comes first; a list by time would move under the reader. */
const sorted = (search: ListGiven['search']) => ({ ...search, sort: search.sort ?? '-findings' })

const NONE = {
  q: undefined,
  category: undefined,
  segment: undefined,
  manufacturer: undefined,
  owner: undefined,
} as const

interface ListGiven {
  readonly search: ReturnType<typeof route.useSearch>
  readonly sort: (sort: string) => void
  readonly clear: () => void
}

function DeviceList({ search, sort, clear }: ListGiven) {
  const navigate = useNavigate()
  const [selected, setSelected] = useState('')
  const query = useInfiniteQuery(devicesQuery(sorted(search)))
  if (!query.data) {
    return query.error ? (
      <Failed error={query.error} again={() => void query.refetch()} />
    ) : (
      <Loading what="devices" lines={12} />
    )
  }
  const items = query.data.pages.flatMap((page) => page.items)
  if (items.length === 0) return <NoDevices filtered={filters(search) > 0} clear={clear} />
  return (
    <DataList
      label="Devices"
      kind="devices"
      columns={COLUMNS}
      items={items}
      total={query.data.pages[0].total ?? items.length}
      keyOf={(device) => device.id}
      selected={selected}
      select={(device) => setSelected(device.id)}
      open={(device) => void navigate({ to: '/devices/$device', params: { device: device.id } })}
      sort={sorted(search).sort}
      setSort={sort}
      more={query.hasNextPage && !query.isFetching ? () => void query.fetchNextPage() : undefined}
    />
  )
}

const filters = (search: ListGiven['search']) =>
  Object.keys(NONE).filter((name) => search[name as keyof typeof NONE]).length

function NoDevices({ filtered, clear }: { filtered: boolean; clear: () => void }) {
  if (filtered) {
    return (
      <Empty title="No device fits">
        <p>Every word has to be met by its name, maker, model, address or MAC.</p>
        <p>
          <button type="button" className="button" onClick={clear}>
            Show all devices
          </button>
        </p>
      </Empty>
    )
  }
  return (
    <Empty icon="devices" title="No device has been heard yet">
      <p>The list fills itself as soon as traffic comes in.</p>
      <p>
        <Link to="/settings/$section" params={{ section: 'health' }}>
          Is a sensor listening?
        </Link>
      </p>
    </Empty>
  )
}
