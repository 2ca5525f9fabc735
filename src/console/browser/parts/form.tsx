// A form that sends something: busy while it does, and says what was refused.
import { useState, type ReactNode } from 'react'
import { Refusal } from '../client/request.ts'
import { Icon } from './icon.tsx'

export interface Sending {
  readonly busy: boolean
  readonly wrong: Refusal | undefined
  /** Runs the action; what it throws becomes `wrong`. */
  readonly send: (action: () => Promise<void>) => Promise<void>
}

export function useSending(): Sending {
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState<Refusal>()
  const send = async (action: () => Promise<void>) => {
    setBusy(true)
    setWrong(undefined)
    try {
      await action()
    } catch (error) {
      setWrong(error instanceof Refusal ? error : new Refusal({ title: String(error) }))
    } finally {
      setBusy(false)
    }
  }
  return { busy, wrong, send }
}

interface FormGiven {
  readonly sending: Sending
  readonly submit: () => Promise<void>
  readonly action: ReactNode
  readonly cancel?: () => void
  readonly children: ReactNode
  /** Fields that show their own complaint. */
  readonly told?: readonly string[]
}

export const Form = ({ sending, submit, action, cancel, children, told = [] }: FormGiven) => (
  <form
    className="stack"
    onSubmit={(event) => {
      event.preventDefault()
      void sending.send(submit)
    }}
  >
    {children}
    {sending.wrong && <Refused wrong={sending.wrong} told={told} />}
    <div className="actions">
      {cancel && (
        <button type="button" className="button bare" onClick={cancel}>
          Cancel
        </button>
      )}
      <button type="submit" className="button main" disabled={sending.busy}>
        {action}
      </button>
    </div>
  </form>
)

function Refused({ wrong, told }: { wrong: Refusal; told: readonly string[] }) {
  const rest = Object.entries(wrong.fields).filter(([name]) => !told.includes(name))
  return (
    <p className="notice bad" role="alert">
      <Icon name="findings" />
      <span>
        {wrong.message}
        {rest.map(([name, text]) => (
          <span key={name} className="block small">
            {name}: {text}
          </span>
        ))}
      </span>
    </p>
  )
}
