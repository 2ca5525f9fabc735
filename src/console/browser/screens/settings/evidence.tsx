// The evidence log: what was decided, by whom, in an order nobody can change; whether the chain is
// whole, as the program itself sees it.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { EvidenceItem } from '../../../../api/contract/index.ts'
import { evidenceQuery, sessionQuery, verifiedQuery } from '../../client/queries.ts'
import { DataList, type Column } from '../../parts/data-list.tsx'
import { Select } from '../../parts/field.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Sheet } from '../../parts/sheet.tsx'
import { Empty, Failed, Loading } from '../../parts/states.tsx'
import { Moment } from '../../parts/time.tsx'
import { count, countOf, localTime } from '../../parts/wording.ts'

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
  const { kind } = route.useSearch()
  const navigate = useNavigate()
  const query = useInfiniteQuery(evidenceQuery(kind ? { kind } : {}))
  const [selected, setSelected] = useState('')
  const [opened, setOpened] = useState<EvidenceItem>()
  const items = query.data?.pages.flatMap((page) => page.items)
  return (
    <>
      <div className="tools inner">
        <KindSelect
          kind={kind ?? ''}
          choose={(next) =>
            void navigate({
              to: '/settings/$section',
              params: { section: 'evidence' },
              search: { kind: next || undefined },
              replace: true,
            })
          }
        />
        <Verified newest={items?.[0]?.sequence} />
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

interface KindGiven {
  readonly kind: string
  readonly choose: (kind: string) => void
}

/** Kinds among the newest entries. */
function KindSelect({ kind, choose }: KindGiven) {
  const { data } = useInfiniteQuery(evidenceQuery({}))
  const met = data?.pages.flatMap((page) => page.items.map((item) => item.kind)) ?? []
  return (
    <Select quiet label="All kinds" value={kind} choose={choose}>
      <option value="">All kinds</option>
      {[...new Set(kind ? [...met, kind] : met)].toSorted().map((one) => (
        <option key={one}>{one}</option>
      ))}
    </Select>
  )
}

/** Checking reads the whole log: not unasked where it is long. */
const UNASKED_MAX = 5000

function Verified({ newest }: { newest: number | undefined }) {
  const { data: session } = useQuery(sessionQuery)
  const role = session?.user.role
  const may = role === 'owner' || role === 'auditor'
  const query = useQuery({
    ...verifiedQuery,
    enabled: may && newest !== undefined && newest <= UNASKED_MAX,
  })
  if (!may) return null
  const { data, error, isFetching } = query
  return (
    <span className="chips" role="status">
      {isFetching ? (
        <span className="badge plain">Checking the chain …</span>
      ) : error ? (
        <span className="badge high">Not checked: {error.message}</span>
      ) : data?.broken ? (
        <span className="badge critical">
          Broken at entry {data.broken.sequence}: {data.broken.why}
        </span>
      ) : data ? (
        <span className="badge good">
          {countOf(data.entries, 'entry is', 'entries are')} whole, {count(data.signed)} signed
        </span>
      ) : null}
      <button
        type="button"
        className="chip"
        disabled={isFetching}
        onClick={() => void query.refetch()}
      >
        <Icon name="shield" /> {data ? 'Check again' : 'Check the chain'}
      </button>
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
