// Signing in: name, password, and the one-time code where the account has one.
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import type { Session } from '../../../../api/contract/index.ts'
import { sessionQuery } from '../../client/queries.ts'
import { rememberCsrf, request } from '../../client/request.ts'
import { Field } from '../../parts/field.tsx'
import { Form, useSending } from '../../parts/form.tsx'
import { useTitle } from '../../shell/title.ts'
import { Entry } from './entry.tsx'

const route = getRouteApi('/sign-in')

/** Only a place of ours: an address must not lead elsewhere after signing in. */
const inside = (to: string | undefined) => (to && /^\/(?![/\\])/.test(to) ? to : '/devices')

export function SignInScreen() {
  useTitle('Sign in')
  const { to } = route.useSearch()
  const client = useQueryClient()
  const router = useRouter()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [totp, setTotp] = useState('')
  const sending = useSending()
  const submit = async () => {
    const body = { name, password, ...(totp !== '' && { totp }) }
    const session = await request<Session>('/session', { method: 'POST', body })
    rememberCsrf(session.csrf)
    client.setQueryData(sessionQuery.queryKey, session)
    await router.navigate({ href: inside(to), replace: true })
  }
  return (
    <Entry title="Sign in">
      <Form sending={sending} submit={submit} action={sending.busy ? 'Signing in …' : 'Sign in'}>
        <Field
          label="Name"
          autoComplete="username"
          autoCapitalize="none"
          required
          autoFocus
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Field
          label="Password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        {(totp !== '' || sending.wrong?.code.includes('totp')) && (
          <Field
            label="Code from your authenticator"
            inputMode="numeric"
            autoComplete="one-time-code"
            value={totp}
            onChange={(event) => setTotp(event.target.value)}
          />
        )}
      </Form>
    </Entry>
  )
}
