// The rows of the inbox: two lines each, severity first.
import type { FindingItem } from '../../../../api/contract/index.ts'
import { DataList, type Column } from '../../parts/data-list.tsx'
import { SeverityBadge } from '../../parts/severity.tsx'
import { Ago } from '../../parts/time.tsx'

const COLUMNS: readonly Column<FindingItem>[] = [
  {
    id: 'severity',
    title: 'Severity',
    width: '70px',
    cell: (finding) => <SeverityBadge severity={finding.severity} />,
  },
  {
    id: 'what',
    title: 'Finding',
    width: 'minmax(0, 1fr)',
    cell: (finding) => (
      <>
        <span className="first-line">
          <b className="cut">{finding.title}</b>
          <span className="soft tiny">
            {finding.until && finding.state === 'suppressed' ? (
              <>
                until <Ago time={finding.until} />
              </>
            ) : (
              <Ago time={finding.time} />
            )}
          </span>
        </span>
        <span className="soft small cut">
          {finding.deviceName && <span className="who">{finding.deviceName} · </span>}
          {finding.seen}
        </span>
      </>
    ),
  },
]

interface FindingListGiven {
  readonly items: readonly FindingItem[]
  readonly total: number
  readonly chosen: string
  readonly choose: (id: string) => void
  readonly more: (() => void) | undefined
}

export const FindingList = ({ items, total, chosen, choose, more }: FindingListGiven) => (
  <DataList
    label="Findings"
    kind="findings"
    columns={COLUMNS}
    items={items}
    total={total}
    keyOf={(finding) => finding.id}
    selected={chosen}
    select={(finding) => choose(finding.id)}
    open={(finding) => choose(finding.id)}
    more={more}
    rowHeight={62}
    phoneHeight={68}
  />
)
