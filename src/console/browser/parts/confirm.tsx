// A question before what cannot be undone.
import type { ReactNode } from 'react'
import { Sheet } from './sheet.tsx'

interface ConfirmGiven {
  readonly title: string
  readonly action: string
  readonly close: () => void
  readonly confirmed: () => void
  readonly children: ReactNode
}

export const Confirm = ({ title, action, close, confirmed, children }: ConfirmGiven) => (
  <Sheet title={title} close={close}>
    <p>{children}</p>
    <div className="actions">
      <button type="button" className="button" onClick={close}>
        Cancel
      </button>
      <button type="button" className="button danger" onClick={confirmed}>
        {action}
      </button>
    </div>
  </Sheet>
)
