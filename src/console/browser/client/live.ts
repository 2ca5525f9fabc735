// Changes as they happen: one stream of server-sent events makes old what the screens show, at most
// once a second for each kind, so that a busy network does not keep the browser busy.
import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import type { DeviceEvent, FindingEvent } from '../../../api/contract/index.ts'

export type LiveState = 'connecting' | 'on' | 'lost'

const PAUSE_MS = 1000
const AGAIN_MS = 5000
/** Nothing on the network changes these. */
const STEADY = new Set<unknown>(['session', 'setup', 'site'])
let state: LiveState = 'connecting'
let source: EventSource | undefined
const listeners = new Set<() => void>()
const waiting = new Map<string, readonly unknown[]>()
let timer: ReturnType<typeof setTimeout> | undefined

function become(next: LiveState): void {
  if (state === next) return
  state = next
  for (const listener of listeners) listener()
}

/** Whether events are coming in. */
export const useLiveState = (): LiveState =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => state,
  )

/** Listens until the returned function is called. */
export function listen(client: QueryClient): () => void {
  let again: ReturnType<typeof setTimeout> | undefined
  const open = () => {
    source = new EventSource('/api/v1/events')
    answer(source, client)
    source.addEventListener('error', () => {
      become('lost')
      // A browser tries again by itself, unless it was refused: then we do.
      if (source?.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN_MS)
    })
  }
  open()
  return () => {
    clearTimeout(again)
    clearTimeout(timer)
    source?.close()
    timer = undefined
    waiting.clear()
    become('connecting')
  }
}

/** What each event makes old. */
function answer(events: EventSource, client: QueryClient): void {
  const old = (key: readonly unknown[]) => {
    waiting.set(JSON.stringify(key), key)
    timer ??= setTimeout(() => {
      timer = undefined
      const keys = [...waiting.values()]
      waiting.clear()
      for (const queryKey of keys) void client.invalidateQueries({ queryKey })
    }, PAUSE_MS)
  }
  events.addEventListener('open', () => {
    // What happened before the line stood, or while it was down, is not told again.
    void client.invalidateQueries({ predicate: ({ queryKey }) => !STEADY.has(queryKey[0]) })
    become('on')
  })
  events.addEventListener('device', (event) => {
    const told = JSON.parse(event.data as string) as DeviceEvent
    for (const key of [['devices'], ['device', told.id], ['facets']]) old(key)
  })
  events.addEventListener('finding', (event) => {
    const told = JSON.parse(event.data as string) as FindingEvent
    for (const key of [['findings'], ['finding', told.id], ['devices']]) old(key)
    if (told.device !== '') old(['device', told.device])
  })
  events.addEventListener('health', () => {
    for (const key of [['health'], ['flows'], ['traffic'], ['map']]) old(key)
  })
}
