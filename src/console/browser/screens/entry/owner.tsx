// The owner's account: the one-time code proves that whoever sits here can also see the terminal.
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type { Session } from '../../../../api/contract/index.ts'
import { sessionQuery, setupQuery } from '../../client/queries.ts'
import { rememberCsrf, request } from '../../client/request.ts'
import { Field } from '../../parts/field.tsx'
import { Form, useSending } from '../../parts/form.tsx'

export const PASSWORD_LENGTH_MIN = 12
const CODE_HINT =
  'It stands on the terminal that started Thingward, and in the file setup-code of its data ' +
  'folder. It works once.'
const route = getRouteApi('/set-up')

export function OwnerForm({ done }: { done: () => void }) {
  const client = useQueryClient()
  const [code, setCode] = useState(route.useSearch().code ?? '')
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const sending = useSending()
  const fields = sending.wrong?.fields ?? {}
  const submit = async () => {
    const body = { code, name, password }
    const session = await request<Session>('/setup', { method: 'POST', body })
    rememberCsrf(session.csrf)
    client.setQueryData(sessionQuery.queryKey, session)
    client.setQueryData(setupQuery.queryKey, { needed: false })
    done()
  }
  return (
    <Form
      sending={sending}
      submit={submit}
      action={sending.busy ? 'Creating the account …' : 'Create the owner account'}
      told={['code', 'name', 'password']}
    >
      <Field
        label="Setup code"
        hint={CODE_HINT}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        className="mono"
        required
        autoFocus
        value={code}
        wrong={fields.code}
        onChange={(event) => setCode(event.target.value)}
      />
      <Field
        label="Your name"
        hint="You sign in with it."
        autoComplete="username"
        autoCapitalize="none"
        required
        value={name}
        wrong={fields.name}
        onChange={(event) => setName(event.target.value)}
      />
      <NewPassword value={password} set={setPassword} wrong={fields.password} />
    </Form>
  )
}

interface NewPasswordGiven {
  readonly value: string
  readonly set: (value: string) => void
  readonly wrong: string | undefined
  readonly label?: string
}

/** Counts what is missing while typing. */
export function NewPassword({ value, set, wrong, label = 'Password' }: NewPasswordGiven) {
  const missing = PASSWORD_LENGTH_MIN - value.length
  const hint =
    value !== '' && missing > 0
      ? `${missing} more ${missing === 1 ? 'character' : 'characters'}`
      : `At least ${PASSWORD_LENGTH_MIN} characters; a sentence is fine.`
  return (
    <Field
      label={label}
      type="password"
      hint={hint}
      autoComplete="new-password"
      minLength={PASSWORD_LENGTH_MIN}
      required
      value={value}
      wrong={wrong}
      onChange={(event) => set(event.target.value)}
    />
  )
}
