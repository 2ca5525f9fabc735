// Keys of the console: screens say which they answer, one listener hears them, the help sheet lists
// them. Single keys can be switched off, for people whose software types them (WCAG 2.1.4).
import { useEffect, useRef, useSyncExternalStore } from 'react'

export interface Shortcut {
  /** `j`, `Enter`, or two after one another: `g d`. */
  readonly keys: string
  readonly title: string
  readonly run: () => void
  /** A name for the help sheet's section. */
  readonly group?: string
}

const KEY = 'thingward.single-keys'
const SEQUENCE_MS = 1200
const registered = new Set<{ current: readonly Shortcut[] }>()
const listeners = new Set<() => void>()
let first = ''
let firstTime = 0

export const singleKeys = (): boolean => localStorage.getItem(KEY) !== 'off'

export function switchSingleKeys(on: boolean): void {
  if (on) localStorage.removeItem(KEY)
  else localStorage.setItem(KEY, 'off')
  for (const listener of listeners) listener()
}

export const useSingleKeys = (): boolean =>
  useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, singleKeys)

/** All that are answered now, those of the screen first. */
export const activeShortcuts = (): Shortcut[] =>
  [...registered].toReversed().flatMap((each) => each.current)

/** Answers these keys as long as the component is there. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const kept = useRef(shortcuts)
  useEffect(() => {
    kept.current = shortcuts
  })
  useEffect(() => {
    registered.add(kept)
    return () => {
      registered.delete(kept)
    }
  }, [])
}

const writes = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** Enter and blank belong to the button or link that has the focus. */
const belongs = (event: KeyboardEvent): boolean =>
  event.key === 'Enter' &&
  event.target instanceof HTMLElement &&
  event.target.closest('a, button, summary, [role="button"]') !== null

function heard(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  if (writes(event.target) || belongs(event) || document.querySelector('dialog[open]')) return
  if (event.key.length === 1 && !singleKeys()) return
  const now = event.timeStamp
  const pair = now - firstTime < SEQUENCE_MS ? `${first} ${event.key}` : ''
  const all = activeShortcuts()
  const found = all.find(({ keys }) => keys === pair) ?? all.find(({ keys }) => keys === event.key)
  first = found ? '' : event.key
  firstTime = now
  if (!found) return
  event.preventDefault()
  found.run()
}

/** Starts listening; called once by the shell. */
export function useKeyboard(): void {
  useEffect(() => {
    document.addEventListener('keydown', heard)
    return () => document.removeEventListener('keydown', heard)
  }, [])
}
