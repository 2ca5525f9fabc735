// Undoing a merge: two things that were taken for one device are two again.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { request } from '../../client/request.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { say, sayError } from '../../parts/toast.tsx'

export function Split({ device, merge }: { device: string; merge: string }) {
  const client = useQueryClient()
  const [asking, setAsking] = useState(false)
  const split = async () => {
    const path = `/devices/${encodeURIComponent(device)}/merges/${encodeURIComponent(merge)}`
    try {
      await request(path, { method: 'DELETE' })
      await Promise.all([
        client.invalidateQueries({ queryKey: ['devices'] }),
        client.invalidateQueries({ queryKey: ['device', device] }),
      ])
      say('They are two devices again')
    } catch (error) {
      sayError(error)
    }
  }
  return (
    <>
      <button type="button" className="plain-link" onClick={() => setAsking(true)}>
        These are two
      </button>
      {asking && (
        <Confirm
          title="Take them apart?"
          action="They are two devices"
          close={() => setAsking(false)}
          confirmed={() => {
            setAsking(false)
            void split()
          }}
        >
          What was seen of each goes back to it, and they are not joined for this reason again.
        </Confirm>
      )}
    </>
  )
}
