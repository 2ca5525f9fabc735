// A dialog: the browser's own, so that focus stays in it, Escape closes it, and the focus returns.
import { useEffect, useId, useRef, type ReactNode } from 'react'
import { Icon } from './icon.tsx'

interface SheetGiven {
  readonly title: string
  readonly close: () => void
  readonly children: ReactNode
}

/**
 * Where somebody goes on: what is chosen, the first field, else the first button below the head.
 */
const FIRST = ['input[type=radio]:checked', 'input, select, textarea', 'button, a[href]']

function firstOf(dialog: HTMLDialogElement | null): HTMLElement | undefined {
  const body = dialog?.querySelector('.sheet-body')
  for (const wanted of FIRST) {
    const found = body?.querySelector<HTMLElement>(wanted)
    if (found) return found
  }
  return undefined
}

export function Sheet({ title, close, children }: SheetGiven) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const element = dialog.current
    const before = document.activeElement
    if (element && !element.open) element.showModal()
    firstOf(element)?.focus({ preventScroll: true })
    return () => {
      element?.close()
      if (before instanceof HTMLElement) before.focus({ preventScroll: true })
    }
  }, [])
  return (
    // A click beside the sheet closes it; keyboards have Escape.
    <dialog
      ref={dialog}
      className="sheet"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
      onClick={(event) => {
        if (event.target === dialog.current) close()
      }}
    >
      <div className="sheet-head">
        <h2 id={id}>{title}</h2>
        <button type="button" className="button bare icon-only" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <div className="sheet-body">{children}</div>
    </dialog>
  )
}
