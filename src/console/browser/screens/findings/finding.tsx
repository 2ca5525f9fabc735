// One finding in full: what was expected, what was seen, which frames prove it, what to do, and
// what people decided before.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Fragment } from 'react'
import type { FindingDetail, PartyItem } from '../../../../api/contract/index.ts'
import { findingQuery } from '../../client/queries.ts'
import { Icon } from '../../parts/icon.tsx'
import { SeverityBadge } from '../../parts/severity.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { Moment } from '../../parts/time.tsx'
import { countOf, percent, sourceName } from '../../parts/wording.ts'

interface PaneGiven {
  readonly id: string
  readonly suppress: () => void
  readonly close: () => void
  readonly reopen: () => void
  readonly back: () => void
}

export function FindingPane(given: PaneGiven) {
  if (given.id === '') {
    return (
      <section className="pane" aria-label="Finding">
        <Empty icon="findings" title="Choose a finding">
          <p>
            <kbd>j</kbd> and <kbd>k</kbd> move, <kbd>s</kbd> suppresses, <kbd>c</kbd> closes,{' '}
            <kbd>u</kbd> undoes.
          </p>
        </Empty>
      </section>
    )
  }
  return (
    <section className="pane" aria-label="Finding" tabIndex={0} key={given.id}>
      <Loaded {...given} />
    </section>
  )
}

function Loaded({ id, suppress, close, reopen, back }: PaneGiven) {
  const query = useQuery(findingQuery(id))
  return (
    <>
      <div className="pane-tools">
        <button type="button" className="button bare tight back" onClick={back}>
          <Icon name="left" /> All findings
        </button>
        {query.data && query.data.state !== 'open' && (
          <button type="button" className="button tight" onClick={reopen}>
            Reopen <kbd aria-hidden="true">r</kbd>
          </button>
        )}
        {query.data && query.data.state !== 'closed' && (
          <>
            <button type="button" className="button tight" onClick={suppress}>
              Suppress <kbd aria-hidden="true">s</kbd>
            </button>
            <button type="button" className="button tight main" onClick={close}>
              Close <kbd aria-hidden="true">c</kbd>
            </button>
          </>
        )}
      </div>
      <Answer query={query} what="the finding" lines={9}>
        {(finding) => <FindingBody finding={finding} />}
      </Answer>
    </>
  )
}

/** Everything about it but the buttons. */
export const FindingBody = ({ finding }: { finding: FindingDetail }) => (
  <div className="stack">
    <div>
      <p className="chips">
        <SeverityBadge severity={finding.severity} />
        <span className="badge plain">{percent(finding.confidence)} sure</span>
        {finding.state !== 'open' && <span className="badge plain">{finding.state}</span>}
      </p>
      <h2 className="pane-title">{finding.title}</h2>
      <p className="soft small">
        <Moment time={finding.time} /> · {finding.detector}
        {finding.device !== '' && (
          <>
            {' · '}
            <Link to="/devices/$device" params={{ device: finding.device }}>
              {finding.deviceName || finding.device}
            </Link>
          </>
        )}
      </p>
    </div>
    <div className="against">
      <div>
        <h3>Expected</h3>
        <p>{finding.expected}</p>
      </div>
      <div className={`seen ${finding.severity}`}>
        <h3>Seen{finding.count > 1 && <span className="soft"> {finding.count} times</span>}</h3>
        <p>{finding.seen}</p>
      </div>
    </div>
    <dl className="pairs">
      <dt>From</dt>
      <dd>
        <Parties parties={finding.sources} />
      </dd>
      <dt>To</dt>
      <dd>
        <Parties parties={finding.targets} />
      </dd>
      <dt>What to do</dt>
      <dd>{finding.respond}</dd>
      <dt>Harmless when</dt>
      <dd>{finding.falsePositives}</dd>
      {finding.techniques.length > 0 && (
        <>
          <dt>ATT&amp;CK</dt>
          <dd>
            <Techniques ids={finding.techniques} />
          </dd>
        </>
      )}
    </dl>
    <Proof finding={finding} />
    <Decisions finding={finding} />
  </div>
)

const SHOWN = 8

const Parties = ({ parties }: { parties: readonly PartyItem[] }) => (
  <>
    {parties.slice(0, SHOWN).map((party, at) => {
      const text = party.address || party.mac
      return (
        <Fragment key={`${text}-${at}`}>
          {at > 0 && ', '}
          {party.device ? (
            <Link to="/devices/$device" params={{ device: party.device }} className="mono">
              {text || party.device}
            </Link>
          ) : (
            <span className="mono">{text}</span>
          )}
        </Fragment>
      )
    })}
    {parties.length > SHOWN && <span className="soft"> and {parties.length - SHOWN} more</span>}
    {parties.length === 0 && <span className="soft">–</span>}
  </>
)

const Techniques = ({ ids }: { ids: readonly string[] }) => (
  <span className="chips">
    {ids.map((id) => (
      <a
        key={id}
        className="chip"
        href={`https://attack.mitre.org/techniques/${id.replace('.', '/')}/`}
        target="_blank"
        rel="noreferrer noopener"
      >
        {id}
        <span className="hidden-text"> at attack.mitre.org, in a new window</span>
      </a>
    ))}
  </span>
)

const FRAMES_SHOWN = 12

function Proof({ finding }: { finding: FindingDetail }) {
  const { evidence } = finding
  if (evidence.length === 0) return null
  return (
    <div>
      <h3>Proof: {countOf(evidence.length, 'frame')}</h3>
      <div className="scroll-x" role="region" aria-label="Frames that prove it" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col" className="number">
                Frame
              </th>
              <th scope="col">Of</th>
              <th scope="col">At</th>
            </tr>
          </thead>
          <tbody>
            {evidence.slice(0, FRAMES_SHOWN).map((one) => (
              <tr key={`${one.source}-${one.frame}`}>
                <td className="mono number">{one.frame}</td>
                <td className="small" title={one.source}>
                  {sourceName(one.source)}
                </td>
                <td className="small">
                  <Moment time={one.time} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {evidence.length > FRAMES_SHOWN && (
        <p className="soft small">and {evidence.length - FRAMES_SHOWN} more</p>
      )}
    </div>
  )
}

const WORDS = { suppress: 'suppressed it', close: 'closed it', reopen: 'reopened it' } as const

function Decisions({ finding }: { finding: FindingDetail }) {
  if (finding.decisions.length === 0) return null
  return (
    <div>
      <h3>Decisions</h3>
      <ul className="decisions">
        {finding.decisions.map((decision) => (
          <li key={`${decision.time}-${decision.action}`}>
            <b>{decision.by}</b> {WORDS[decision.action]}
            {decision.until && (
              <>
                {' until '}
                <Moment time={decision.until} />
              </>
            )}
            <span className="soft small">
              {' '}
              · <Moment time={decision.time} />
            </span>
            {decision.reason && <p className="soft">{decision.reason}</p>}
          </li>
        ))}
      </ul>
    </div>
  )
}
