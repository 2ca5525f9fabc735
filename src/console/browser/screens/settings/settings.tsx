// Settings: health, the place, people and tokens, one's own sessions, the evidence log.
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import type { Role } from '../../../../api/contract/index.ts'
import { sessionQuery } from '../../client/queries.ts'
import { Empty } from '../../parts/states.tsx'
import { useTitle } from '../../shell/title.ts'
import { SiteForm } from '../entry/site.tsx'
import { Account } from './account.tsx'
import { EvidenceLog } from './evidence.tsx'
import { HealthPage } from './health.tsx'
import { BlindSpotsCard } from './place.tsx'
import { Tokens } from './tokens.tsx'
import { Users } from './users.tsx'

const route = getRouteApi('/inside/settings/$section')

interface Section {
  readonly id: string
  readonly title: string
  readonly roles?: readonly Role[]
}

const SECTIONS: readonly Section[] = [
  { id: 'health', title: 'Health' },
  { id: 'place', title: 'Place', roles: ['owner', 'operator', 'auditor'] },
  { id: 'users', title: 'Users', roles: ['owner', 'auditor'] },
  { id: 'tokens', title: 'API tokens' },
  { id: 'account', title: 'You' },
  { id: 'evidence', title: 'Evidence log', roles: ['owner', 'operator', 'auditor'] },
]

export function SettingsScreen() {
  const { section } = route.useParams()
  const { data: session } = useQuery(sessionQuery)
  const role = session?.user.role
  const allowed = SECTIONS.filter(({ roles }) => !roles || (role && roles.includes(role)))
  const shown = allowed.find(({ id }) => id === section)
  useTitle(shown ? shown.title : 'Settings')
  return (
    <>
      <div className="screen-head">
        <h1>Settings</h1>
      </div>
      <div className="tools">
        <nav className="segments" aria-label="Sections">
          {allowed.map(({ id, title }) => (
            <Link key={id} to="/settings/$section" params={{ section: id }}>
              {title}
            </Link>
          ))}
        </nav>
      </div>
      <div
        className={`screen-body ${section === 'evidence' ? 'fixed' : 'narrow'}`}
        tabIndex={section === 'evidence' ? undefined : 0}
        role="region"
        aria-label="Section"
      >
        <Body section={shown?.id ?? ''} />
      </div>
    </>
  )
}

function Body({ section }: { section: string }) {
  const navigate = useNavigate()
  switch (section) {
    case 'health':
      return <HealthPage />
    case 'place':
      return (
        <div className="stack">
          <BlindSpotsCard />
          <section className="card" aria-label="The four questions">
            <SiteForm
              done={() => void navigate({ to: '/settings/$section', params: { section: 'place' } })}
            />
          </section>
        </div>
      )
    case 'users':
      return <Users />
    case 'tokens':
      return <Tokens />
    case 'account':
      return <Account />
    case 'evidence':
      return <EvidenceLog />
    default:
      return <Empty title="There is no such section, or your role does not see it" />
  }
}
