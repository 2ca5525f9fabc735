// API tokens: for programs, with a role and an end; the token itself is shown once and never again.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Role, Token, TokenCreated } from '../../../../api/contract/index.ts'
import { tokensQuery } from '../../client/queries.ts'
import { request } from '../../client/request.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Field } from '../../parts/field.tsx'
import { Form, useSending } from '../../parts/form.tsx'
import { Sheet } from '../../parts/sheet.tsx'
import { Answer } from '../../parts/states.tsx'
import { Ago, Moment } from '../../parts/time.tsx'
import { say, sayError } from '../../parts/toast.tsx'
import { plain } from '../../parts/wording.ts'
import { RoleSelect } from './users.tsx'

export function Tokens() {
  const query = useQuery(tokensQuery)
  const client = useQueryClient()
  const [adding, setAdding] = useState(false)
  const [ending, setEnding] = useState<Token>()
  const end = async (token: Token) => {
    setEnding(undefined)
    try {
      await request(`/tokens/${encodeURIComponent(token.id)}`, { method: 'DELETE' })
      await client.invalidateQueries({ queryKey: tokensQuery.queryKey })
      say(`The token ${token.name} no longer works`)
    } catch (error) {
      sayError(error)
    }
  }
  return (
    <section className="card" aria-label="API tokens">
      <div className="card-head">
        <h2>API tokens</h2>
        <button type="button" className="button main" onClick={() => setAdding(true)}>
          Make a token
        </button>
      </div>
      <p className="soft small">
        For programs: <code>Authorization: Bearer …</code>. What there is to ask stands in{' '}
        <a href="/api/openapi.json">the OpenAPI document</a>.
      </p>
      <Answer query={query} what="tokens" lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="above">There is none.</p>
          ) : (
            <TokenTable tokens={items} end={setEnding} />
          )
        }
      </Answer>
      {adding && <MakeToken close={() => setAdding(false)} />}
      {ending && (
        <Confirm
          title={`End the token ${ending.name}?`}
          action="End it"
          close={() => setEnding(undefined)}
          confirmed={() => void end(ending)}
        >
          Programs that use it are refused from now on.
        </Confirm>
      )}
    </section>
  )
}

const TokenTable = ({ tokens, end }: { tokens: readonly Token[]; end: (token: Token) => void }) => (
  <div className="scroll-x" tabIndex={0} role="region" aria-label="Table of tokens">
    <table>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Role</th>
          <th scope="col">Ends</th>
          <th scope="col">Used</th>
          <th scope="col">
            <span className="hidden-text">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => (
          <tr key={token.id}>
            <td>
              <b>{token.name}</b>
            </td>
            <td>{plain(token.role)}</td>
            <td>
              <Moment time={token.expires} />
            </td>
            <td>{token.lastUsed ? <Ago time={token.lastUsed} /> : 'never'}</td>
            <td className="number">
              <button type="button" className="button tight danger" onClick={() => end(token)}>
                End<span className="hidden-text"> {token.name}</span>
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

function MakeToken({ close }: { close: () => void }) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('auditor')
  const [days, setDays] = useState(90)
  const [made, setMade] = useState<TokenCreated>()
  const sending = useSending()
  const submit = async () => {
    const body = { name, role, days }
    setMade(await request<TokenCreated>('/tokens', { method: 'POST', body }))
    await client.invalidateQueries({ queryKey: tokensQuery.queryKey })
  }
  if (made) return <Made token={made} close={close} />
  return (
    <Sheet title="Make a token" close={close}>
      <Form sending={sending} submit={submit} action="Make it" cancel={close}>
        <Field
          label="What for"
          hint="So that you know later whether it is still needed."
          required
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <RoleSelect role={role} set={setRole} />
        <Field
          label="Days until it ends"
          type="number"
          min={1}
          max={366}
          required
          value={days}
          onChange={(event) => setDays(event.target.valueAsNumber)}
        />
      </Form>
    </Sheet>
  )
}

function Made({ token, close }: { token: TokenCreated; close: () => void }) {
  const copy = () =>
    void navigator.clipboard.writeText(token.token).then(() => say('Copied'), sayError)
  return (
    <Sheet title={`The token ${token.name}`} close={close}>
      <p>This is the only time it is shown. Put it where the program looks for it.</p>
      <p className="secret mono">{token.token}</p>
      <div className="actions">
        <button type="button" className="button" onClick={copy}>
          Copy
        </button>
        <button type="button" className="button main" onClick={close}>
          I have it
        </button>
      </div>
    </Sheet>
  )
}
