// The evidence log: what was decided, by whom, in an order nobody can change; the chain is checked
// here for what is shown, and in full by the command line.
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { EvidenceItem } from '../../../../api/contract/index.ts'
import { evidenceQuery } from '../../client/queries.ts'
import { DataList, type Column } from '../../parts/data-list.tsx'
import { Icon } from '../../parts/icon.tsx'
import { SearchBox } from '../../parts/search-box.tsx'
import { Sheet } from '../../parts/sheet.tsx'
import { Empty, Failed, Loading } from '../../parts/states.tsx'
import { Moment } from '../../parts/time.tsx'
import { count, localTime } from '../../parts/wording.ts'

const route = getRouteApi('/inside/settings/$section')

const COLUMNS: readonly Column<EvidenceItem>[] = [
  {
    id: 'sequence',
    title: 'Entry',
    width: '72px',
    number: true,
    cell: (entry) => <span className="mono">{entry.sequence}</span>,
  },
  {
    id: 'time',
    title: 'Time',
    width: '150px',
    cell: (entry) => <span className="small">{localTime(entry.time)}</span>,
  },
  { id: 'kind', title: 'What', width: 'minmax(110px, 1fr)', cell: (entry) => <b>{entry.kind}</b> },
  { id: 'actor', title: 'Who', width: 'minmax(90px, 1fr)', cell: (entry) => entry.actor },
  {
    id: 'subject',
    title: 'About',
    width: 'minmax(100px, 1.4fr)',
    cell: (entry) => <span className="mono">{entry.subject}</span>,
  },
  {
    id: 'hash',
    title: 'Hash',
    width: '130px',
    cell: (entry) => <span className="mono soft">{entry.hash.slice(0, 12)}…</span>,
  },
]

export function EvidenceLog() {
  const { q, kind } = route.useSearch()
  const navigate = useNavigate()
  const query = useInfiniteQuery(evidenceQuery({ q, kind }))
  const [selected, setSelected] = useState('')
  const [opened, setOpened] = useState<EvidenceItem>()
  const set = (next: { q?: string; kind?: string }) =>
    void navigate({
      to: '/settings/$section',
      params: { section: 'evidence' },
      search: { q, kind, ...next },
      replace: true,
    })
  const items = query.data?.pages.flatMap((page) => page.items)
  return (
    <>
      <div className="tools inner">
        <SearchBox
          label="Search the evidence log"
          placeholder="Who, what, about whom …"
          value={q ?? ''}
          change={(next) => set({ q: next || undefined })}
        />
        <Verify items={items} />
        <a className="button" href="/api/v1/evidence/export" download>
          <Icon name="download" /> Export
        </a>
      </div>
      {items === undefined ? (
        query.error ? (
          <Failed error={query.error} again={() => void query.refetch()} />
        ) : (
          <Loading what="the evidence log" lines={10} />
        )
      ) : items.length === 0 ? (
        <Empty icon="shield" title="No entry fits" />
      ) : (
        <DataList
          label="Evidence log"
          kind="evidence"
          columns={COLUMNS}
          items={items}
          total={query.data?.pages[0].total ?? items.length}
          keyOf={(entry) => String(entry.sequence)}
          selected={selected}
          select={(entry) => setSelected(String(entry.sequence))}
          open={setOpened}
          more={
            query.hasNextPage && !query.isFetching ? () => void query.fetchNextPage() : undefined
          }
          rowHeight={40}
        />
      )}
      {opened && <Entry entry={opened} close={() => setOpened(undefined)} />}
    </>
  )
}

/** Numbers without a gap, as far as they are loaded: the first thing a removed entry breaks. */
function Verify({ items }: { items: readonly EvidenceItem[] | undefined }) {
  const { q, kind } = route.useSearch()
  if (!items || items.length === 0 || q || kind) return null
  const gap = items.find((entry, at) => at > 0 && items[at - 1].sequence !== entry.sequence + 1)
  return gap ? (
    <span className="badge critical">Entry {gap.sequence + 1} is missing</span>
  ) : (
    <span
      className="badge good"
      title="Whether each hash fits the entry before is checked by: thingward evidence verify FILE"
    >
      {count(items.length)} entries without a gap
    </span>
  )
}

const Entry = ({ entry, close }: { entry: EvidenceItem; close: () => void }) => (
  <Sheet title={`Entry ${entry.sequence}: ${entry.kind}`} close={close}>
    <dl className="pairs">
      <dt>Time</dt>
      <dd>
        <Moment time={entry.time} />
      </dd>
      <dt>Who</dt>
      <dd>{entry.actor || '–'}</dd>
      <dt>About</dt>
      <dd className="mono">{entry.subject || '–'}</dd>
      {Object.entries(entry.fields).map(([name, value]) => (
        <FieldRow key={name} name={name} value={value} />
      ))}
      <dt>Hash</dt>
      <dd className="mono">{entry.hash}</dd>
    </dl>
    <p className="soft small">
      The hash covers this entry and the one before it. To check the whole chain without trusting
      this console: <code>thingward evidence export --out FILE</code>, then{' '}
      <code>thingward evidence verify FILE</code>.
    </p>
  </Sheet>
)

const FieldRow = ({ name, value }: { name: string; value: unknown }) => (
  <>
    <dt>{name}</dt>
    <dd className="mono small">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
  </>
)
