// A moment: how long ago, with the exact time in UTC on hover and for machines.
import { useSyncExternalStore } from 'react'
import { ago, localTime } from './wording.ts'

const TICK_MS = 10_000
let now = Date.now()
const listeners = new Set<() => void>()
setInterval(() => {
  now = Date.now()
  for (const listener of listeners) listener()
}, TICK_MS)

const useNow = (): number =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => now,
  )

/** `4 min ago`. */
export function Ago({ time }: { time: string }) {
  const current = useNow()
  return (
    <time dateTime={time} title={`${localTime(time)} (${time})`}>
      {ago(time, current)}
    </time>
  )
}

/** `2026-11-22 05:14:22`. */
export const Moment = ({ time }: { time: string }) => (
  <time dateTime={time} title={time}>
    {localTime(time)}
  </time>
)
