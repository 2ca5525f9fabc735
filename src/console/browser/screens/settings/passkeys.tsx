// One's own passkeys: made, named, removed; and plainly why there can be none where there cannot.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Passkey } from '../../../../api/contract/index.ts'
import { makePasskey, whyNoPasskeys } from '../../client/passkeys.ts'
import { passkeysQuery } from '../../client/queries.ts'
import { request } from '../../client/request.ts'
import { Field } from '../../parts/field.tsx'
import { Form, useSending } from '../../parts/form.tsx'
import { PasswordSheet } from '../../parts/password-sheet.tsx'
import { Sheet } from '../../parts/sheet.tsx'
import { Answer } from '../../parts/states.tsx'
import { Ago } from '../../parts/time.tsx'
import { say } from '../../parts/toast.tsx'

export function Passkeys() {
  const query = useQuery(passkeysQuery)
  const client = useQueryClient()
  const [isAdding, setAdding] = useState(false)
  const [renaming, setRenaming] = useState<Passkey>()
  const [removing, setRemoving] = useState<Passkey>()
  const missing = whyNoPasskeys(location.hostname)
  const changed = () => client.invalidateQueries({ queryKey: passkeysQuery.queryKey })
  const remove = async (passkey: Passkey, password: string) => {
    const given = { method: 'POST', body: { password } } as const
    await request(`/users/me/passkeys/${encodeURIComponent(passkey.id)}/remove`, given)
    await changed()
    say(`The passkey ${passkey.name} no longer signs in`)
    setRemoving(undefined)
  }
  return (
    <section className="card" aria-label="Passkeys">
      <div className="card-head">
        <h2>Passkeys</h2>
        {!missing && (
          <button type="button" className="button" onClick={() => setAdding(true)}>
            Add a passkey
          </button>
        )}
      </div>
      <p className="soft small">
        {missing ?? 'A key in your phone, laptop or stick takes the place of password and code.'}
      </p>
      <Answer query={query} what="passkeys" lines={2}>
        {({ items }) => (
          <ul className="sessions">
            {items.map((passkey) => (
              <Row key={passkey.id} passkey={passkey} rename={setRenaming} remove={setRemoving} />
            ))}
          </ul>
        )}
      </Answer>
      {isAdding && <Add close={() => setAdding(false)} done={changed} />}
      {renaming && (
        <Rename passkey={renaming} close={() => setRenaming(undefined)} done={changed} />
      )}
      {removing && (
        <PasswordSheet
          title={`Remove the passkey ${removing.name}?`}
          action="Remove"
          close={() => setRemoving(undefined)}
          confirmed={(password) => remove(removing, password)}
        />
      )}
    </section>
  )
}

interface RowGiven {
  readonly passkey: Passkey
  readonly rename: (passkey: Passkey) => void
  readonly remove: (passkey: Passkey) => void
}

const Row = ({ passkey, rename, remove }: RowGiven) => (
  <li>
    <span>
      <b className="wrap">{passkey.name}</b>
      <span className="soft small block">
        for <span className="mono">{passkey.host}</span>, made <Ago time={passkey.created} />,{' '}
        {passkey.lastUsed ? (
          <>
            used <Ago time={passkey.lastUsed} />
          </>
        ) : (
          'never used'
        )}
      </span>
    </span>
    <span className="actions">
      <button type="button" className="button tight" onClick={() => rename(passkey)}>
        Rename<span className="hidden-text"> {passkey.name}</span>
      </button>
      <button type="button" className="button tight danger" onClick={() => remove(passkey)}>
        Remove<span className="hidden-text"> {passkey.name}</span>
      </button>
    </span>
  </li>
)

interface SheetGiven {
  readonly close: () => void
  readonly done: () => Promise<void>
}

function Add({ close, done }: SheetGiven) {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const sending = useSending()
  const submit = async () => {
    const path = '/users/me/passkeys'
    const options = await request<object>(`${path}/options`, { method: 'POST', body: { password } })
    const response = await makePasskey(options)
    await request(path, { method: 'POST', body: { name, response } })
    await done()
    say(`The passkey ${name} signs you in from now on`)
    close()
  }
  return (
    <Sheet title="Add a passkey" close={close}>
      <Form sending={sending} submit={submit} action="Make it" cancel={close}>
        <NameField name={name} set={setName} />
        <Field
          label="Your password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Form>
    </Sheet>
  )
}

function Rename({ passkey, close, done }: SheetGiven & { passkey: Passkey }) {
  const [name, setName] = useState(passkey.name)
  const sending = useSending()
  const submit = async () => {
    const path = `/users/me/passkeys/${encodeURIComponent(passkey.id)}`
    await request(path, { method: 'PATCH', body: { name } })
    await done()
    close()
  }
  return (
    <Sheet title="Rename the passkey" close={close}>
      <Form sending={sending} submit={submit} action="Rename" cancel={close}>
        <NameField name={name} set={setName} />
      </Form>
    </Sheet>
  )
}

const NameField = ({ name, set }: { name: string; set: (name: string) => void }) => (
  <Field
    label="Name of the passkey"
    hint="Where it lies: the phone, the stick on your keys."
    required
    maxLength={80}
    autoComplete="off"
    value={name}
    onChange={(event) => set(event.target.value)}
  />
)
