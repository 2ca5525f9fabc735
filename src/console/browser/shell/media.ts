// Whether a media query holds, and goes on holding.
import { useSyncExternalStore } from 'react'

export const PHONE = '(max-width: 720px)'

export const useMedia = (query: string): boolean =>
  useSyncExternalStore(
    (listener) => {
      const list = matchMedia(query)
      list.addEventListener('change', listener)
      return () => list.removeEventListener('change', listener)
    },
    () => matchMedia(query).matches,
  )
