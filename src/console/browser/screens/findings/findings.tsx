// The inbox: findings on the left, the one that is looked at on the right; every decision has a key
// and a way back.
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { FindingItem } from '../../../../api/contract/index.ts'
import { findingsQuery } from '../../client/queries.ts'
import { AsOf } from '../../parts/as-of.tsx'
import { Select } from '../../parts/field.tsx'
import { Icon } from '../../parts/icon.tsx'
import { SearchBox } from '../../parts/search-box.tsx'
import { SEVERITIES } from '../../parts/severity.tsx'
import { Empty, Failed, Loading } from '../../parts/states.tsx'
import { count, plain } from '../../parts/wording.ts'
import { useShortcuts } from '../../shell/shortcuts.ts'
import { useTitle } from '../../shell/title.ts'
import { DecisionSheet, useDecide, type Wanted } from './decision.tsx'
import { FindingPane } from './finding.tsx'
import { FindingList } from './list.tsx'

const route = getRouteApi('/inside/findings')
type Search = ReturnType<typeof route.useSearch>
type Change = (next: Partial<Search>, replace?: boolean) => void

export function FindingsScreen() {
  useTitle('Findings')
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/findings' })
  const change: Change = (next, replace = false) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace })
  const { finding = '', ...filter } = search
  const asked = { state: 'open', ...filter }
  const query = useInfiniteQuery(findingsQuery(asked))
  const items = query.data?.pages.flatMap((page) => page.items) ?? []
  const total = query.data?.pages[0]?.total ?? items.length
  return (
    <>
      <div className={`screen-head ${finding ? 'behind' : ''}`}>
        <h1>
          Findings{' '}
          <span className="soft" role="status">
            {query.data ? `${count(total)} ${asked.state}` : ''}
          </span>
        </h1>
        <SearchBox
          label="Search findings"
          placeholder="Title, device, what was seen …"
          value={search.q ?? ''}
          change={(q) => change({ q: q || undefined }, true)}
        />
      </div>
      <Filters search={search} change={change} hidden={finding !== ''} />
      <div className="screen-body fixed">
        {query.error && !query.data ? (
          <Failed error={query.error} again={() => void query.refetch()} />
        ) : query.data ? (
          <Inbox
            items={items}
            total={total}
            chosen={finding}
            change={change}
            state={asked.state}
            more={
              query.hasNextPage && !query.isFetching ? () => void query.fetchNextPage() : undefined
            }
          />
        ) : (
          <Loading what="findings" lines={12} />
        )}
      </div>
    </>
  )
}

const STATES = [
  ['open', 'Open'],
  ['suppressed', 'Suppressed'],
  ['closed', 'Closed'],
] as const

function Filters({ search, change, hidden }: { search: Search; change: Change; hidden: boolean }) {
  const state = search.state ?? 'open'
  return (
    <div className={`tools ${hidden ? 'behind' : ''}`}>
      <div className="segments" role="group" aria-label="State">
        {STATES.map(([value, title]) => (
          <button
            key={value}
            type="button"
            aria-pressed={state === value}
            onClick={() =>
              change({ state: value === 'open' ? undefined : value, finding: undefined })
            }
          >
            {title}
          </button>
        ))}
      </div>
      <Select
        quiet
        label="Severity"
        value={search.severity ?? ''}
        choose={(severity) => change({ severity: severity || undefined })}
      >
        <option value="">All severities</option>
        {SEVERITIES.slice(0, -1).map((severity) => (
          <option key={severity} value={severity}>
            {plain(severity)}
            {severity === 'critical' ? ' only' : ' and worse'}
          </option>
        ))}
      </Select>
      <Select
        quiet
        label="Order"
        value={search.sort ?? ''}
        choose={(sort) => change({ sort: sort || undefined })}
      >
        <option value="">Worst first</option>
        <option value="-time">Newest first</option>
        <option value="time">Oldest first</option>
      </Select>
      <AsOf at={search.at} change={(at) => change({ at })} />
      {(['device', 'detector'] as const).map(
        (name) =>
          search[name] && (
            <button
              key={name}
              type="button"
              className="chip on"
              onClick={() => change({ [name]: undefined })}
            >
              {plain(name)}: {search[name]} <Icon name="close" />
              <span className="hidden-text">: remove this filter</span>
            </button>
          ),
      )}
    </div>
  )
}

interface InboxGiven {
  readonly items: readonly FindingItem[]
  readonly total: number
  readonly chosen: string
  readonly state: string
  readonly change: Change
  readonly more: (() => void) | undefined
}

function Inbox({ items, total, chosen, state, change, more }: InboxGiven) {
  const [wanted, setWanted] = useState<Wanted>()
  const current = items.find((item) => item.id === chosen)
  const at = items.findIndex((item) => item.id === chosen)
  // After a decision the eye stays where it was: on the row that moves up.
  const goOn = () => {
    const next = items[at + 1] ?? items[at - 1]
    change({ finding: next?.id }, true)
  }
  const decide = useDecide()
  const reopen = () => {
    if (!current || current.state === 'open') return
    void decide(current, { action: 'reopen' })
    goOn()
  }
  const want = (action: Wanted['action']) => () => current && setWanted({ action, of: current })
  useShortcuts([
    { keys: 's', title: 'Suppress for a time', run: want('suppress') },
    { keys: 'c', title: 'Close', run: want('close') },
    { keys: 'r', title: 'Reopen', run: reopen },
    { keys: 'Escape', title: 'Back to the list', run: () => change({ finding: undefined }, true) },
  ])
  if (items.length === 0 && chosen === '') return <NoFindings state={state} />
  return (
    <div className={`inbox ${chosen ? 'chosen' : ''}`}>
      <FindingList
        items={items}
        total={total}
        chosen={chosen}
        choose={(id) => change({ finding: id }, chosen !== '')}
        more={more}
      />
      <FindingPane
        id={chosen}
        suppress={want('suppress')}
        close={want('close')}
        reopen={reopen}
        back={() => change({ finding: undefined })}
      />
      {wanted && (
        <DecisionSheet
          wanted={wanted}
          close={() => setWanted(undefined)}
          decided={() => {
            setWanted(undefined)
            goOn()
          }}
        />
      )}
    </div>
  )
}

const NoFindings = ({ state }: { state: string }) =>
  state === 'open' ? (
    <Empty icon="check" title="Nothing waits for you">
      <p>No open finding fits. What was suppressed or closed is one step to the right above.</p>
    </Empty>
  ) : (
    <Empty icon="findings" title={`Nothing ${state}`}>
      <p>Findings come here when somebody decides so.</p>
    </Empty>
  )
