// A session that ended elsewhere: the next refused question leads to the sign-in, and from there
// back to where one was.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Refusal } from '../client/request.ts'

const SIGNED_OUT = 401

export function useSessionEnd(): void {
  const client = useQueryClient()
  useEffect(
    () =>
      client.getQueryCache().subscribe((event) => {
        if (event.type !== 'updated' || event.action.type !== 'error') return
        const { error } = event.action
        if (!(error instanceof Refusal) || error.status !== SIGNED_OUT) return
        const here = location.pathname + location.search
        location.assign(`/sign-in?to=${encodeURIComponent(here)}`)
      }),
    [client],
  )
}
