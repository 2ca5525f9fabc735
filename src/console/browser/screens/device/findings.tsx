// What was found about one device.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { DeviceDetail, FindingItem } from '../../../../api/contract/index.ts'
import { deviceFindingsQuery } from '../../client/queries.ts'
import { SeverityBadge } from '../../parts/severity.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { Ago } from '../../parts/time.tsx'

export function DeviceFindings({ device }: { device: DeviceDetail }) {
  const query = useQuery(deviceFindingsQuery(device.id))
  return (
    <Answer query={query} what="findings">
      {({ items }) =>
        items.length === 0 ? (
          <Empty icon="check" title="Nothing was found about it" />
        ) : (
          <ul className="stack">
            {items.map((finding) => (
              <FindingCard key={finding.id} finding={finding} />
            ))}
          </ul>
        )
      }
    </Answer>
  )
}

const FindingCard = ({ finding }: { finding: FindingItem }) => (
  <li className={`card finding-card ${finding.severity}`}>
    <div className="card-head">
      <h2>
        <Link to="/findings" search={{ finding: finding.id, state: shown(finding) }}>
          {finding.title}
        </Link>
      </h2>
      <span className="chips">
        {finding.state !== 'open' && <span className="badge plain">{finding.state}</span>}
        <SeverityBadge severity={finding.severity} />
      </span>
    </div>
    <p>{finding.seen}</p>
    <p className="soft small">
      <Ago time={finding.time} /> · {finding.detector}
    </p>
  </li>
)

const shown = (finding: FindingItem) => (finding.state === 'open' ? undefined : finding.state)
