// Flows: a query box with keys and examples, kept queries, the list, and all of it as CSV.
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import type { FlowItem } from '../../../../api/contract/index.ts'
import { flowsQuery } from '../../client/queries.ts'
import { search as searchText } from '../../client/request.ts'
import { DataList } from '../../parts/data-list.tsx'
import { Icon } from '../../parts/icon.tsx'
import { SearchBox } from '../../parts/search-box.tsx'
import { Empty, Failed, Loading } from '../../parts/states.tsx'
import { count } from '../../parts/wording.ts'
import { useTitle } from '../../shell/title.ts'
import { COLUMNS } from './columns.tsx'
import { FlowSheet } from './flow.tsx'
import { Kept } from './kept.tsx'
import { readQuery, type FlowQuery } from './query.ts'
import { useNamed } from './resolve.ts'

const route = getRouteApi('/inside/flows')

const EXAMPLES = ['service:telnet', 'port:502', 'peer:192.168.50.66', 'last:1h service:dns']

export function FlowsScreen() {
  useTitle('Flows')
  const { q = '' } = route.useSearch()
  const navigate = useNavigate({ from: '/flows' })
  const set = (next: string, replace = false) =>
    void navigate({ search: { q: next || undefined }, replace })
  const asked = useMemo(() => readQuery(q, Date.now()), [q])
  const { filter, wrong, waiting } = useFilter(asked)
  return (
    <>
      <div className="screen-head">
        <h1>
          Flows <Total filter={filter} />
        </h1>
        <SearchBox
          label="Search flows"
          placeholder="service:telnet port:23 peer:10.0.0.7 last:1h …"
          value={q}
          change={(next) => set(next, true)}
        />
        <a className="button" href={`/api/v1/flows/export.csv${searchText(filter)}`} download>
          <Icon name="download" /> CSV
        </a>
      </div>
      <div className="tools">
        <Kept current={q} open={set} examples={EXAMPLES} />
        {wrong.map((text) => (
          <p key={text} className="notice warn small" role="alert">
            {text}
          </p>
        ))}
      </div>
      <div className="screen-body fixed">
        {waiting ? <Loading what="the device" /> : <List filter={filter} q={q} />}
      </div>
    </>
  )
}

type Filter = Readonly<Record<string, string | undefined>>

/** The API's filter: devices by name are looked up first. */
function useFilter({ wrong, device, peer, ...rest }: FlowQuery) {
  const ofDevice = useNamed(device, false)
  const ofPeer = useNamed(peer, true)
  const filter: Filter = Object.fromEntries(
    Object.entries({ ...rest, device: ofDevice.id, peer: ofPeer.id }).filter(
      ([, value]) => value !== '',
    ),
  )
  return {
    filter,
    waiting: ofDevice.waiting || ofPeer.waiting,
    wrong: [...wrong, ...[ofDevice, ofPeer].flatMap((one) => (one.wrong ? [one.wrong] : []))],
  }
}

function Total({ filter }: { filter: Filter }) {
  const { data } = useInfiniteQuery(flowsQuery(filter))
  const total = data?.pages[0]?.total
  return (
    <span className="soft" role="status">
      {total === undefined ? '' : count(total)}
    </span>
  )
}

function List({ filter, q }: { filter: Filter; q: string }) {
  const query = useInfiniteQuery(flowsQuery(filter))
  const [selected, setSelected] = useState('')
  const [opened, setOpened] = useState<FlowItem>()
  if (!query.data) {
    return query.error ? (
      <Failed error={query.error} again={() => void query.refetch()} />
    ) : (
      <Loading what="flows" lines={12} />
    )
  }
  const items = query.data.pages.flatMap((page) => page.items)
  if (items.length === 0) {
    return (
      <Empty icon="flows" title={q === '' ? 'No flow has been seen yet' : 'No flow fits'}>
        <p>
          Keys are device: peer: service: port: from: to: last: (15m, 4h, 7d). Words without a key
          look into names and addresses.
        </p>
      </Empty>
    )
  }
  return (
    <>
      <DataList
        label="Flows"
        kind="flows"
        columns={COLUMNS}
        items={items}
        total={query.data.pages[0].total ?? items.length}
        keyOf={(flow) => flow.id}
        selected={selected}
        select={(flow) => setSelected(flow.id)}
        open={setOpened}
        more={query.hasNextPage && !query.isFetching ? () => void query.fetchNextPage() : undefined}
        rowHeight={42}
        phoneHeight={72}
      />
      {opened && <FlowSheet flow={opened} close={() => setOpened(undefined)} />}
    </>
  )
}
