// The title of the window: what a tab is found by, and what a screen reader says when another
// screen has come.
import { useEffect, useSyncExternalStore } from 'react'

let current = ''
const listeners = new Set<() => void>()

/** Names the screen as long as it is shown. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Thingward' : `${title} · Thingward`
    current = title
    for (const listener of listeners) listener()
  }, [title])
}

/** The name of the screen that is shown. */
export const useCurrentTitle = (): string =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
  )
