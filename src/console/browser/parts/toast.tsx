// Short messages after an action, with the way back: said aloud, gone after a while.
import { useSyncExternalStore } from 'react'
import { useShortcuts } from '../shell/shortcuts.ts'
import { Icon } from './icon.tsx'

interface Toast {
  readonly id: number
  readonly text: string
  readonly bad: boolean
  readonly undo?: () => void
}

/** WCAG 2.2.1: long enough to read and to act; the undo key works as long as it is there. */
const SHOWN_MS = 12_000
const SHOWN_MAX = 3
let toasts: readonly Toast[] = []
let last = 0
const listeners = new Set<() => void>()

function become(next: readonly Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

const drop = (id: number) => become(toasts.filter((toast) => toast.id !== id))

/** Shows a message; with `undo`, a button and the key u. */
export function say(
  text: string,
  { undo, bad = false }: { undo?: () => void; bad?: boolean } = {},
) {
  const id = ++last
  become([...toasts, { id, text, bad, undo }].slice(-SHOWN_MAX))
  setTimeout(() => drop(id), SHOWN_MS)
}

/** What went wrong with an action. */
export const sayError = (error: unknown): void =>
  say(error instanceof Error ? error.message : String(error), { bad: true })

function undo(toast: Toast | undefined): void {
  if (!toast?.undo) return
  drop(toast.id)
  toast.undo()
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => toasts,
  )
  useShortcuts([
    {
      keys: 'u',
      title: 'Undo the last action',
      run: () => undo(toasts.findLast((toast) => toast.undo)),
    },
  ])
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((toast) => (
        <div key={toast.id} className={`toast ${toast.bad ? 'bad' : ''}`}>
          <span>{toast.text}</span>
          {toast.undo ? (
            <button type="button" className="button tight" onClick={() => undo(toast)}>
              Undo <kbd aria-hidden="true">u</kbd>
            </button>
          ) : (
            <button
              type="button"
              className="button tight"
              aria-label="Dismiss"
              onClick={() => drop(toast.id)}
            >
              <Icon name="close" />
            </button>
          )}
        </div>
      ))}
    </div>
  )
}
