// One's own account: the password, and where one is signed in.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { SessionItem } from '../../../../api/contract/index.ts'
import { sessionQuery, sessionsQuery } from '../../client/queries.ts'
import { request } from '../../client/request.ts'
import { Field } from '../../parts/field.tsx'
import { Form, useSending } from '../../parts/form.tsx'
import { Answer } from '../../parts/states.tsx'
import { Ago } from '../../parts/time.tsx'
import { say, sayError } from '../../parts/toast.tsx'
import { plain } from '../../parts/wording.ts'
import { Leave, ThemeButton } from '../../shell/shell.tsx'
import { NewPassword } from '../entry/owner.tsx'
import { Passkeys } from './passkeys.tsx'
import { SecondFactor } from './second-factor.tsx'

export function Account() {
  const { data: session } = useQuery(sessionQuery)
  return (
    <div className="stack">
      <section className="card" aria-label="Account">
        <h2>
          {session?.user.name}{' '}
          <span className="badge plain">{plain(session?.user.role ?? '')}</span>
        </h2>
        <div className="own-buttons">
          <ThemeButton />
          <Leave />
        </div>
      </section>
      <Sessions />
      <SecondFactor />
      <Passkeys />
      <Password />
    </div>
  )
}

function Sessions() {
  const query = useQuery(sessionsQuery)
  const client = useQueryClient()
  const end = async (session: SessionItem) => {
    try {
      await request(`/sessions/${encodeURIComponent(session.id)}`, { method: 'DELETE' })
      await client.invalidateQueries({ queryKey: sessionsQuery.queryKey })
      say('That session is over')
    } catch (error) {
      sayError(error)
    }
  }
  const endOthers = async () => {
    try {
      await request('/sessions', { method: 'DELETE' })
      await client.invalidateQueries({ queryKey: sessionsQuery.queryKey })
      say('You are signed in here alone')
    } catch (error) {
      sayError(error)
    }
  }
  const others = query.data?.items.some(({ current }) => !current)
  return (
    <section className="card" aria-label="Sessions">
      <div className="card-head">
        <h2>Where you are signed in</h2>
        {others && (
          <button type="button" className="button" onClick={() => void endOthers()}>
            End all others
          </button>
        )}
      </div>
      <Answer query={query} what="sessions" lines={3}>
        {({ items }) => (
          <ul className="sessions">
            {items.map((session) => (
              <SessionRow key={session.id} session={session} end={end} />
            ))}
          </ul>
        )}
      </Answer>
    </section>
  )
}

interface RowGiven {
  readonly session: SessionItem
  readonly end: (session: SessionItem) => Promise<void>
}

const SessionRow = ({ session, end }: RowGiven) => (
  <li>
    <span>
      <b className="wrap">{browser(session.agent)}</b>{' '}
      {session.current && <span className="badge good">this one</span>}
      <span className="soft small block">
        from <span className="mono">{session.address}</span>, last seen{' '}
        <Ago time={session.lastSeen} />
      </span>
    </span>
    {!session.current && (
      <button type="button" className="button tight danger" onClick={() => void end(session)}>
        End<span className="hidden-text"> the session from {session.address}</span>
      </button>
    )}
  </li>
)

const BROWSERS = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari', 'curl'] as const
const SYSTEMS = ['Windows', 'Android', 'iPhone', 'iPad', 'Mac OS X', 'Linux'] as const

/** Enough to recognise one's own: the browser and the system. */
function browser(agent: string): string {
  const name = BROWSERS.find((one) => agent.includes(one))
  const system = SYSTEMS.find((one) => agent.includes(one))
  if (!name) return agent === '' ? 'Unknown program' : agent.slice(0, 60)
  const shown = { Edg: 'Edge', OPR: 'Opera' }[name as string] ?? name
  return system ? `${shown} on ${system}` : shown
}

function Password() {
  const [password, setPassword] = useState('')
  const [newPassword, setNewPassword] = useState('')
  const sending = useSending()
  const submit = async () => {
    await request('/users/me', { method: 'PATCH', body: { password, newPassword } })
    setPassword('')
    setNewPassword('')
    say('The password is changed')
  }
  return (
    <section className="card form" aria-label="Password">
      <h2>Change the password</h2>
      <Form sending={sending} submit={submit} action="Change it" told={['newPassword']}>
        <Field
          label="Now"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <NewPassword
          label="From now on"
          value={newPassword}
          set={setNewPassword}
          wrong={sending.wrong?.fields.newPassword}
        />
      </Form>
    </section>
  )
}
