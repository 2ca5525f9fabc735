// Severities: a badge with its word, and the open findings of a device in numbers.
import type { FindingCounts, Severity } from '../../../api/contract/index.ts'
import { plain } from './wording.ts'

/** Worst first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const

export const SeverityBadge = ({ severity }: { severity: Severity }) => (
  <span className={`badge ${severity}`}>{plain(severity)}</span>
)

/** Numbers by severity; `None` is said, not shown as an empty place. */
export function Counts({ counts }: { counts: FindingCounts }) {
  const shown = SEVERITIES.filter((severity) => counts[severity] > 0)
  if (shown.length === 0) return <span className="soft">–</span>
  return (
    <span className="counts">
      {shown.map((severity) => (
        <span
          key={severity}
          className={`badge ${severity}`}
          title={`${counts[severity]} ${severity}`}
        >
          {counts[severity]}
          <span className="hidden-text"> {severity}</span>
        </span>
      ))}
    </span>
  )
}

export const countAll = (counts: FindingCounts): number =>
  SEVERITIES.reduce((sum, severity) => sum + counts[severity], 0)
