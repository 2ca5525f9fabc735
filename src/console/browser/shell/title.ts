// The title of the window: what a screen reader says first, what a tab is found by.
import { useEffect } from 'react'

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Thingward' : `${title} · Thingward`
  }, [title])
}
