// One's own second factor: setting it up, its recovery codes, taking it away.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Factor, RecoveryCodes, TotpSecret } from '../../../../api/contract/index.ts'
import { factorQuery } from '../../client/queries.ts'
import { request } from '../../client/request.ts'
import { Field } from '../../parts/field.tsx'
import { Form, useSending } from '../../parts/form.tsx'
import { PasswordSheet } from '../../parts/password-sheet.tsx'
import { QrCode } from '../../parts/qr-code.tsx'
import { Sheet } from '../../parts/sheet.tsx'
import { Answer } from '../../parts/states.tsx'
import { Ago } from '../../parts/time.tsx'
import { say, sayError } from '../../parts/toast.tsx'
import { countOf } from '../../parts/wording.ts'

type Doing = 'setting up' | 'renewing' | 'removing'

export function SecondFactor() {
  const query = useQuery(factorQuery)
  const [doing, setDoing] = useState<Doing>()
  const close = () => setDoing(undefined)
  return (
    <section className="card" aria-label="Second factor">
      <h2>Code from an authenticator app</h2>
      <Answer query={query} what="the second factor" lines={2}>
        {(factor) => <State factor={factor} go={setDoing} />}
      </Answer>
      {doing === 'setting up' && <SetUp close={close} />}
      {doing === 'renewing' && <Renew close={close} />}
      {doing === 'removing' && <Remove close={close} />}
    </section>
  )
}

function State({ factor, go }: { factor: Factor; go: (doing: Doing) => void }) {
  if (!factor.totpSince) {
    return (
      <div className="stack">
        <p className="soft">
          Signing in asks for the password alone. With an app on your phone it also asks for a code
          that changes every 30 seconds.
        </p>
        <div>
          <button type="button" className="button main" onClick={() => go('setting up')}>
            Set up an authenticator
          </button>
        </div>
      </div>
    )
  }
  return (
    <div className="stack">
      <p>
        <span className="badge good">on</span> set up <Ago time={factor.totpSince} />;{' '}
        {countOf(factor.recoveryCodesLeft, 'recovery code')} left.
      </p>
      <div className="actions">
        <button type="button" className="button" onClick={() => go('renewing')}>
          New recovery codes
        </button>
        <button type="button" className="button danger" onClick={() => go('removing')}>
          Remove the authenticator
        </button>
      </div>
    </div>
  )
}

function SetUp({ close }: { close: () => void }) {
  const client = useQueryClient()
  const [secret, setSecret] = useState<TotpSecret>()
  const [codes, setCodes] = useState<readonly string[]>()
  const begin = async (password: string) => {
    const body = { password }
    setSecret(await request<TotpSecret>('/users/me/totp', { method: 'POST', body }))
  }
  const confirm = async (totp: string) => {
    const path = '/users/me/totp/confirm'
    const answer = await request<RecoveryCodes>(path, { method: 'POST', body: { totp } })
    setCodes(answer.recoveryCodes)
    await client.invalidateQueries({ queryKey: factorQuery.queryKey })
    await client.invalidateQueries({ queryKey: ['sessions'] })
  }
  if (codes) return <Codes codes={codes} close={close} />
  if (secret) return <Scan secret={secret} confirm={confirm} close={close} />
  return (
    <PasswordSheet title="Set up an authenticator" action="Go on" close={close} confirmed={begin} />
  )
}

interface ScanGiven {
  readonly secret: TotpSecret
  readonly confirm: (totp: string) => Promise<void>
  readonly close: () => void
}

function Scan({ secret, confirm, close }: ScanGiven) {
  const [totp, setTotp] = useState('')
  const sending = useSending()
  return (
    <Sheet title="Scan, then type the code" close={close}>
      <QrCode text={secret.uri} title="QR code with the secret for your authenticator app" />
      <p>
        Or type this secret into the app: <span className="secret mono block">{secret.secret}</span>
      </p>
      <p className="small wrap">
        On the phone itself: <a href={secret.uri}>open it in the app</a>.
      </p>
      <Form sending={sending} submit={() => confirm(totp)} action="Confirm" cancel={close}>
        <Field
          label="Code that the app shows"
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={16}
          required
          value={totp}
          onChange={(event) => setTotp(event.target.value)}
        />
      </Form>
    </Sheet>
  )
}

export function Codes({ codes, close }: { codes: readonly string[]; close: () => void }) {
  const copy = () =>
    void navigator.clipboard.writeText(codes.join('\n')).then(() => say('Copied'), sayError)
  return (
    <Sheet title="Recovery codes" close={close}>
      <p>
        For the day the phone is gone: each signs you in once. This is the only time they are shown;
        keep them where you keep what is important.
      </p>
      <ol className="recovery-codes mono">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <div className="actions">
        <button type="button" className="button" onClick={copy}>
          Copy
        </button>
        <button type="button" className="button main" onClick={close}>
          I have kept them
        </button>
      </div>
    </Sheet>
  )
}

function Renew({ close }: { close: () => void }) {
  const client = useQueryClient()
  const [codes, setCodes] = useState<readonly string[]>()
  const renew = async (password: string) => {
    const given = { method: 'POST', body: { password } } as const
    const answer = await request<RecoveryCodes>('/users/me/recovery-codes', given)
    setCodes(answer.recoveryCodes)
    await client.invalidateQueries({ queryKey: factorQuery.queryKey })
  }
  if (codes) return <Codes codes={codes} close={close} />
  return (
    <PasswordSheet
      title="New recovery codes"
      action="Make new ones"
      close={close}
      confirmed={renew}
    >
      <p>The old ones stop working at once.</p>
    </PasswordSheet>
  )
}

function Remove({ close }: { close: () => void }) {
  const client = useQueryClient()
  const remove = async (password: string) => {
    await request('/users/me/totp/remove', { method: 'POST', body: { password } })
    await client.invalidateQueries({ queryKey: factorQuery.queryKey })
    await client.invalidateQueries({ queryKey: ['sessions'] })
    say('Signing in asks for the password alone now')
    close()
  }
  return (
    <PasswordSheet
      title="Remove the authenticator?"
      action="Remove"
      close={close}
      confirmed={remove}
    >
      <p>Its recovery codes go with it, and your other sessions end.</p>
    </PasswordSheet>
  )
}
