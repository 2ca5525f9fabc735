// Who may come in, and as what.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Role, User } from '../../../../api/contract/index.ts'
import { sessionQuery, usersQuery } from '../../client/queries.ts'
import { request } from '../../client/request.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Field, Select } from '../../parts/field.tsx'
import { Form, useSending } from '../../parts/form.tsx'
import { PasswordSheet } from '../../parts/password-sheet.tsx'
import { Sheet } from '../../parts/sheet.tsx'
import { Answer } from '../../parts/states.tsx'
import { Ago } from '../../parts/time.tsx'
import { say, sayError } from '../../parts/toast.tsx'
import { countOf, plain } from '../../parts/wording.ts'
import { NewPassword } from '../entry/owner.tsx'

export const ROLES: readonly { readonly role: Role; readonly may: string }[] = [
  { role: 'owner', may: 'everything, users and settings included' },
  { role: 'operator', may: 'everything but users and settings' },
  { role: 'auditor', may: 'read everything, change nothing' },
  { role: 'partner', may: 'see what belongs to them' },
]

export const RoleSelect = ({ role, set }: { role: Role; set: (role: Role) => void }) => (
  <div>
    <Select label="Role" value={role} choose={(next) => set(next as Role)}>
      {ROLES.map((one) => (
        <option key={one.role} value={one.role}>
          {plain(one.role)}: {one.may}
        </option>
      ))}
    </Select>
  </div>
)

export function Users() {
  const query = useQuery(usersQuery)
  const { data: session } = useQuery(sessionQuery)
  const client = useQueryClient()
  const [adding, setAdding] = useState(false)
  const [leaving, setLeaving] = useState<User>()
  const [resetting, setResetting] = useState<User>()
  const owner = session?.user.role === 'owner'
  const remove = async (user: User) => {
    setLeaving(undefined)
    try {
      await request(`/users/${encodeURIComponent(user.id)}`, { method: 'DELETE' })
      await client.invalidateQueries({ queryKey: usersQuery.queryKey })
      say(`${user.name} can no longer sign in`)
    } catch (error) {
      sayError(error)
    }
  }
  return (
    <section className="card" aria-label="Users">
      <div className="card-head">
        <h2>Users</h2>
        {owner && (
          <button type="button" className="button main" onClick={() => setAdding(true)}>
            Add a user
          </button>
        )}
      </div>
      <Answer query={query} what="users" lines={4}>
        {({ items }) => (
          <UserTable
            users={items}
            remove={owner ? setLeaving : undefined}
            reset={owner ? setResetting : undefined}
            self={session?.user.id ?? ''}
          />
        )}
      </Answer>
      {resetting && <Reset user={resetting} close={() => setResetting(undefined)} />}
      {adding && <AddUser close={() => setAdding(false)} />}
      {leaving && (
        <Confirm
          title={`Remove ${leaving.name}?`}
          action="Remove"
          close={() => setLeaving(undefined)}
          confirmed={() => void remove(leaving)}
        >
          Their sessions and tokens end at once. What they did stays in the evidence log.
        </Confirm>
      )}
    </section>
  )
}

function Reset({ user, close }: { user: User; close: () => void }) {
  const client = useQueryClient()
  const reset = async (password: string) => {
    const path = `/users/${encodeURIComponent(user.id)}/reset-factors`
    await request(path, { method: 'POST', body: { password } })
    await client.invalidateQueries({ queryKey: usersQuery.queryKey })
    say(`${user.name} signs in with the password alone now`)
    close()
  }
  return (
    <PasswordSheet
      title={`Reset the second factor of ${user.name}?`}
      action="Reset"
      close={close}
      confirmed={reset}
    >
      <p>
        Their authenticator, recovery codes, passkeys and sessions go; the password stays. Make sure
        that it is really them who ask.
      </p>
    </PasswordSheet>
  )
}

interface TableGiven {
  readonly users: readonly User[]
  readonly self: string
  readonly remove: ((user: User) => void) | undefined
  readonly reset: ((user: User) => void) | undefined
}

/** What signing in takes. */
const factorsOf = ({ totp, passkeys }: User): string =>
  [
    totp ? 'password and code' : 'password',
    ...(passkeys > 0 ? [countOf(passkeys, 'passkey')] : []),
  ].join(', ')

const UserTable = ({ users, self, remove, reset }: TableGiven) => (
  <div className="scroll-x" tabIndex={0} role="region" aria-label="Table of users">
    <table>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Role</th>
          <th scope="col">Signs in with</th>
          <th scope="col">Signed in</th>
          <th scope="col">
            <span className="hidden-text">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {users.map((user) => (
          <tr key={user.id}>
            <td>
              <b>{user.name}</b> {user.id === self && <span className="badge plain">you</span>}
            </td>
            <td>{plain(user.role)}</td>
            <td>{factorsOf(user)}</td>
            <td>{user.lastSignIn ? <Ago time={user.lastSignIn} /> : 'never'}</td>
            <td className="number">
              {reset && user.id !== self && (user.totp || user.passkeys > 0) && (
                <button type="button" className="button tight" onClick={() => reset(user)}>
                  Reset<span className="hidden-text"> the second factor of {user.name}</span>
                </button>
              )}
              {remove && user.id !== self && (
                <button type="button" className="button tight danger" onClick={() => remove(user)}>
                  Remove<span className="hidden-text"> {user.name}</span>
                </button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

function AddUser({ close }: { close: () => void }) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [role, setRole] = useState<Role>('operator')
  const sending = useSending()
  const submit = async () => {
    await request('/users', { method: 'POST', body: { name, role, password } })
    await client.invalidateQueries({ queryKey: usersQuery.queryKey })
    say(`${name} can sign in now`)
    close()
  }
  return (
    <Sheet title="Add a user" close={close}>
      <Form
        sending={sending}
        submit={submit}
        action="Add"
        cancel={close}
        told={['name', 'password']}
      >
        <Field
          label="Name"
          required
          autoComplete="off"
          value={name}
          wrong={sending.wrong?.fields.name}
          onChange={(event) => setName(event.target.value)}
        />
        <RoleSelect role={role} set={setRole} />
        <NewPassword
          label="First password"
          value={password}
          set={setPassword}
          wrong={sending.wrong?.fields.password}
        />
      </Form>
    </Sheet>
  )
}
