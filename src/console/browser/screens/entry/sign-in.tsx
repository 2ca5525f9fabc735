// Signing in: name and password, then the code where the account has one; or a passkey alone.
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import type { Session } from '../../../../api/contract/index.ts'
import { signWithPasskey, whyNoPasskeys } from '../../client/passkeys.ts'
import { sessionQuery } from '../../client/queries.ts'
import { Refusal, rememberCsrf, request } from '../../client/request.ts'
import { Field } from '../../parts/field.tsx'
import { Form, useSending } from '../../parts/form.tsx'
import { useTitle } from '../../shell/title.ts'
import { Entry } from './entry.tsx'

const route = getRouteApi('/sign-in')

/** Only a place of ours: an address must not lead elsewhere after signing in. */
const inside = (to: string | undefined) => (to && /^\/(?![/\\])/.test(to) ? to : '/devices')

/** What is asked besides the password. */
type Proof = 'totp' | 'recoveryCode'

export function SignInScreen() {
  useTitle('Sign in')
  const { to } = route.useSearch()
  const client = useQueryClient()
  const router = useRouter()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [proof, setProof] = useState<Proof>()
  const [code, setCode] = useState('')
  const sending = useSending()
  const enter = async (session: Session) => {
    rememberCsrf(session.csrf)
    client.setQueryData(sessionQuery.queryKey, session)
    await router.navigate({ href: inside(to), replace: true })
  }
  const submit = async () => {
    const body = { name, password, ...(proof && { [proof]: code }) }
    try {
      await enter(await request<Session>('/session', { method: 'POST', body }))
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'totp-needed') throw error
      setProof('totp')
    }
  }
  const byPasskey = async () => {
    const body = { response: await signWithPasskey() }
    await enter(await request<Session>('/session/passkey', { method: 'POST', body }))
  }
  const change = (next: Proof | undefined) => {
    setProof(next)
    setCode('')
  }
  return (
    <Entry title="Sign in">
      <Form sending={sending} submit={submit} action={sending.busy ? 'Signing in …' : 'Sign in'}>
        {proof ? (
          <CodeField proof={proof} code={code} set={setCode} change={change} />
        ) : (
          <NameAndPassword {...{ name, setName, password, setPassword }} />
        )}
      </Form>
      {!proof && !whyNoPasskeys(location.hostname) && (
        <button
          type="button"
          className="button"
          disabled={sending.busy}
          onClick={() => void sending.send(byPasskey)}
        >
          Sign in with a passkey
        </button>
      )}
    </Entry>
  )
}

interface NameGiven {
  readonly name: string
  readonly setName: (name: string) => void
  readonly password: string
  readonly setPassword: (password: string) => void
}

const NameAndPassword = ({ name, setName, password, setPassword }: NameGiven) => (
  <>
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
  </>
)

interface CodeGiven {
  readonly proof: Proof
  readonly code: string
  readonly set: (code: string) => void
  readonly change: (proof: Proof | undefined) => void
}

const CodeField = ({ proof, code, set, change }: CodeGiven) => (
  <>
    {proof === 'totp' ? (
      <Field
        key="totp"
        label="Code from your authenticator"
        hint="Six digits; each works once."
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={16}
        required
        autoFocus
        value={code}
        onChange={(event) => set(event.target.value)}
      />
    ) : (
      <Field
        key="recovery"
        label="Recovery code"
        hint="One of those you kept; it works once. None left? An owner can reset the factor."
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        className="mono"
        maxLength={64}
        required
        autoFocus
        value={code}
        onChange={(event) => set(event.target.value)}
      />
    )}
    <div className="actions">
      <button
        type="button"
        className="button bare tight"
        onClick={() => change(proof === 'totp' ? 'recoveryCode' : 'totp')}
      >
        {proof === 'totp' ? 'Use a recovery code' : 'Use the authenticator'}
      </button>
      <button type="button" className="button bare tight" onClick={() => change(undefined)}>
        Somebody else
      </button>
    </div>
  </>
)
