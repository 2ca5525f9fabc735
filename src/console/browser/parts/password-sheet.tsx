// The password again, before what would let a borrowed session stay.
import { useState, type ReactNode } from 'react'
import { Field } from './field.tsx'
import { Form, useSending } from './form.tsx'
import { Sheet } from './sheet.tsx'

interface PasswordSheetGiven {
  readonly title: string
  readonly action: string
  readonly close: () => void
  /** What it throws is shown; the sheet stays. */
  readonly confirmed: (password: string) => Promise<void>
  readonly children?: ReactNode
}

export function PasswordSheet({ title, action, close, confirmed, children }: PasswordSheetGiven) {
  const [password, setPassword] = useState('')
  const sending = useSending()
  return (
    <Sheet title={title} close={close}>
      {children}
      <Form sending={sending} submit={() => confirmed(password)} action={action} cancel={close}>
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
