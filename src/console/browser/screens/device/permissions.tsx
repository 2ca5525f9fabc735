// What it may do: the learnt profile in sentences, the three-way difference, what enforcing would
// refuse, and where it could be enforced at all.
import { useQuery } from '@tanstack/react-query'
import type {
  DeviceDetail,
  DifferenceAnswer,
  ProfileAnswer,
} from '../../../../api/contract/index.ts'
import { differenceQuery, profileQuery } from '../../client/queries.ts'
import { Refusal } from '../../client/request.ts'
import { Icon } from '../../parts/icon.tsx'
import { Answer } from '../../parts/states.tsx'
import { countOf, plain, size } from '../../parts/wording.ts'

export const Permissions = ({ device }: { device: DeviceDetail }) => (
  <div className="stack">
    <Enforceable device={device} />
    <Profile device={device} />
    <Difference device={device} />
  </div>
)

function Enforceable({ device }: { device: DeviceDetail }) {
  if (device.enforceable === '' && device.blocked.length === 0) return null
  return (
    <section className="card" aria-label="Enforcement">
      <h2>Where it could be enforced</h2>
      <p>{device.enforceable || 'Nothing is learnt yet, so there is nothing to enforce.'}</p>
      {device.blocked.length > 0 && (
        <>
          <h3 className="above">Enforcing would have refused</h3>
          <table>
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col">Why</th>
                <th scope="col" className="number">
                  Flows
                </th>
              </tr>
            </thead>
            <tbody>
              {device.blocked.map((one) => (
                <tr key={`${one.text}-${one.why}`}>
                  <td className="wrap">{one.text}</td>
                  <td className="small soft">{one.why}</td>
                  <td className="number">{one.flows}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  )
}

const MATURITY = { immature: 'medium', settling: 'low', mature: 'good' } as const

const isMissing = (error: unknown) => error instanceof Refusal && error.status === 404

function Profile({ device }: { device: DeviceDetail }) {
  const query = useQuery(profileQuery(device.id))
  if (isMissing(query.error)) {
    return (
      <section className="card" aria-label="Profile">
        <h2>Profile</h2>
        <p className="soft">
          {device.role === 'person'
            ? 'A person’s phone or computer: not profiled unless asked for (Settings, Place).'
            : 'None is learnt: it has not done anything yet that could be learnt.'}
        </p>
      </section>
    )
  }
  return (
    <section className="card" aria-label="Profile">
      <Answer query={query} what="the profile">
        {(profile) => <Rules device={device} profile={profile} />}
      </Answer>
    </section>
  )
}

const Rules = ({ device, profile }: { device: DeviceDetail; profile: ProfileAnswer }) => (
  <>
    <div className="card-head">
      <h2>
        Profile: {countOf(profile.rules.length, 'permission')}{' '}
        <span className={`badge ${MATURITY[profile.maturity]}`}>{profile.maturity}</span>{' '}
        <span className="badge plain">{profile.phase}</span>
      </h2>
      <a
        className="button tight"
        href={`/api/v1/devices/${encodeURIComponent(device.id)}/mud.json`}
        download={`${device.name}.mud.json`}
      >
        <Icon name="download" /> MUD file
      </a>
    </div>
    <p className="soft small">{profile.why}</p>
    <table>
      <thead>
        <tr>
          <th scope="col">May</th>
          <th scope="col" className="number">
            Flows
          </th>
          <th scope="col" className="number">
            Traffic
          </th>
          <th scope="col">To review</th>
        </tr>
      </thead>
      <tbody>
        {profile.rules.map((rule) => (
          <tr key={rule.id}>
            <td className="wrap">{rule.text}</td>
            <td className="number">{rule.flows}</td>
            <td className="number">{size(rule.bytes)}</td>
            <td className="small">{rule.review.map(plain).join(', ')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </>
)

type Kind = DifferenceAnswer['lines'][number]['kind']

const KINDS: Readonly<Record<Kind, { title: string; text: string; badge: string }>> = {
  new: { title: 'New', text: 'seen, and neither maker nor profile knows it', badge: 'high' },
  missing: {
    title: 'Missing',
    text: 'seen or learnt, but the maker does not list it',
    badge: 'medium',
  },
  'too-wide': { title: 'Too wide', text: 'the maker permits more than it needs', badge: 'medium' },
  unused: { title: 'Unused', text: 'permitted, never used', badge: 'low' },
  implied: { title: 'Implied', text: 'follows from another permission', badge: 'plain' },
  agreed: { title: 'Agreed', text: 'all that are there say the same', badge: 'good' },
}

function Difference({ device }: { device: DeviceDetail }) {
  const query = useQuery(differenceQuery(device.id))
  if (isMissing(query.error)) return null
  return (
    <section className="card" aria-label="Difference">
      <Answer query={query} what="the difference">
        {(difference) => <Lines difference={difference} />}
      </Answer>
    </section>
  )
}

function Lines({ difference }: { difference: DifferenceAnswer }) {
  const { has, lines, cautions } = difference
  return (
    <>
      <h2>Maker, learnt, observed</h2>
      <p className="chips">
        {(['maker', 'learnt', 'observed'] as const).map((one) => (
          <span key={one} className={`badge ${has[one] ? 'good' : 'plain'}`}>
            {plain(one)}: {has[one] ? 'there' : 'not there'}
          </span>
        ))}
      </p>
      {cautions.map((caution) => (
        <p key={caution} className="notice warn small above">
          {caution}
        </p>
      ))}
      <table className="above">
        <thead>
          <tr>
            <th scope="col">Verdict</th>
            <th scope="col">Permission</th>
            {has.maker && <th scope="col">Maker</th>}
            {has.learnt && <th scope="col">Learnt</th>}
            <th scope="col" className="number">
              Flows
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={`${line.kind}-${line.text}`}>
              <td title={KINDS[line.kind].text}>
                <span className={`badge ${KINDS[line.kind].badge}`}>{KINDS[line.kind].title}</span>
              </td>
              <td className="wrap">{line.text}</td>
              {has.maker && <td className="small">{line.maker ?? '–'}</td>}
              {has.learnt && <td className="small">{line.learnt ?? '–'}</td>}
              <td className="number">{line.flows}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
