// The first visit: the code from the terminal, the owner's account, four questions, and what we
// will not see.
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Navigate, useNavigate } from '@tanstack/react-router'
import { sessionQuery, setupQuery } from '../../client/queries.ts'
import { Loading } from '../../parts/states.tsx'
import { useTitle } from '../../shell/title.ts'
import { BlindSpots } from './blind-spots.tsx'
import { Entry } from './entry.tsx'
import { OwnerForm } from './owner.tsx'
import { SiteForm } from './site.tsx'

const route = getRouteApi('/set-up')

const STEPS = ['owner', 'site', 'blind-spots'] as const
type Step = (typeof STEPS)[number]

const TITLES: Readonly<Record<Step, string>> = {
  owner: 'Welcome. Who owns this installation?',
  site: 'Four questions about this place',
  'blind-spots': 'What we will not see from here',
}

const NAMES: Readonly<Record<Step, string>> = {
  owner: 'Owner',
  site: 'Place',
  'blind-spots': 'Blind spots',
}

const CERTIFICATE = (
  <a href="/authority.crt" download>
    its certificate
  </a>
)

/** Why the browser warned, for whoever saw it. */
const Certificate = () => (
  <details className="small">
    <summary>Did your browser warn about the certificate?</summary>
    <p className="soft">
      Thingward made an authority of its own, which no browser knows. To be asked no more, put{' '}
      {CERTIFICATE} among the authorities your system trusts, or give Thingward a certificate of
      yours.
    </p>
  </details>
)

export function SetUpScreen() {
  useTitle('Set up')
  const { step: named } = route.useSearch()
  const navigate = useNavigate({ from: '/set-up' })
  const setup = useQuery(setupQuery)
  const session = useQuery(sessionQuery)
  if (setup.isPending || session.isPending) return <Loading what="the set-up" />
  // Once there is an owner, only somebody signed in may go on.
  if (!setup.data?.needed && !session.data) return <Navigate to="/sign-in" />
  const step: Step = session.data
    ? (STEPS.find((one) => one === named && one !== 'owner') ?? 'site')
    : 'owner'
  const go = (next: Step) => void navigate({ search: { step: next } })
  return (
    <Entry title={TITLES[step]} wide>
      <ol className="steps" aria-label="Steps">
        {STEPS.map((one, at) => (
          <li key={one} aria-current={one === step ? 'step' : undefined}>
            <span>{at + 1}</span> {NAMES[one]}
          </li>
        ))}
      </ol>
      {step === 'owner' && (
        <>
          <OwnerForm done={() => go('site')} />
          <Certificate />
        </>
      )}
      {step === 'site' && <SiteForm done={() => go('blind-spots')} />}
      {step === 'blind-spots' && (
        <BlindSpots
          done={() => void navigate({ to: '/devices', search: {} })}
          back={() => go('site')}
        />
      )}
    </Entry>
  )
}
