// Fields with their label, hint and what does not fit.
import { useId, type InputHTMLAttributes, type ReactNode } from 'react'

interface FieldGiven extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string
  readonly hint?: ReactNode
  readonly wrong?: string
}

export function Field({ label, hint, wrong, ...input }: FieldGiven) {
  const id = useId()
  const told = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(' ')
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        className={`input ${input.className ?? ''}`}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={told || undefined}
      />
      {hint && (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {wrong && (
        <span className="wrong" id={`${id}-wrong`} role="alert">
          {wrong}
        </span>
      )}
    </div>
  )
}

interface SelectGiven {
  readonly label: string
  readonly value: string
  readonly choose: (value: string) => void
  readonly children: ReactNode
  /** Read aloud, not shown: where the first option says what it is. */
  readonly quiet?: boolean
}

export function Select({ label, value, choose, children, quiet = false }: SelectGiven) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id} className={quiet ? 'hidden-text' : ''}>
        {label}
      </label>
      <select
        id={id}
        className="input"
        value={value}
        onChange={(event) => choose(event.target.value)}
      >
        {children}
      </select>
    </div>
  )
}
