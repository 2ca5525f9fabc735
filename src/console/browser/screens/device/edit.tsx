// What a person knows better: the owner, a name, the category. Nobody's change is overwritten
// unseen: the change names the state it was made from (If-Match).
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useState, type ComponentProps } from 'react'
import type { DeviceDetail, DevicePatch } from '../../../../api/contract/index.ts'
import { facetsQuery } from '../../client/queries.ts'
import { Refusal, request, type Answered } from '../../client/request.ts'
import { Field } from '../../parts/field.tsx'
import { Form, useSending } from '../../parts/form.tsx'
import { Sheet } from '../../parts/sheet.tsx'
import { say, sayError } from '../../parts/toast.tsx'

interface EditGiven {
  readonly answered: Answered<DeviceDetail>
  readonly close: () => void
}

const STALE = 412

export function EditSheet({ answered, close }: EditGiven) {
  const { body: device, etag } = answered
  const { data: facets } = useQuery(facetsQuery)
  const before = { owner: device.owner, name: device.byHand.name, category: device.byHand.category }
  const [fields, setFields] = useState(before)
  const sending = useSending()
  const set = (part: DevicePatch) => setFields({ ...fields, ...part })
  const save = useSave(device.id)
  const submit = async () => {
    await save(fields, etag)
    close()
    say(`Saved: ${device.name}`, { undo: () => void save(before, '*').catch(sayError) })
  }
  return (
    <Sheet title={`Edit ${device.name}`} close={close}>
      <Form sending={sending} submit={submit} action="Save" cancel={close}>
        <Suggested
          label="Owner"
          hint="Who answers for it: a person or a team."
          values={facets?.owner ?? []}
          maxLength={80}
          value={fields.owner}
          onChange={(event) => set({ owner: event.target.value })}
        />
        <Field
          label="Name"
          hint="Empty: the name it gives itself."
          maxLength={120}
          value={fields.name}
          placeholder={device.name}
          onChange={(event) => set({ name: event.target.value })}
        />
        <Suggested
          label="Category"
          hint="Empty: what the evidence says."
          values={facets?.category ?? []}
          maxLength={40}
          value={fields.category}
          placeholder={device.category}
          onChange={(event) => set({ category: event.target.value })}
        />
      </Form>
    </Sheet>
  )
}

/** Sends a change and makes old what it changes; says plainly when somebody was faster. */
function useSave(id: string) {
  const client = useQueryClient()
  const renew = () =>
    Promise.all(
      [['device', id], ['devices'], ['facets']].map((queryKey) =>
        client.invalidateQueries({ queryKey }),
      ),
    )
  return async (patch: DevicePatch, match: string) => {
    try {
      const headers: Record<string, string> = match ? { 'if-match': match } : {}
      const path = `/devices/${encodeURIComponent(id)}`
      await request(path, { method: 'PATCH', body: patch, headers })
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== STALE) throw error
      await renew()
      throw new Refusal({
        title: 'It has changed since you opened this',
        detail:
          'The device has changed since you opened this. Save again to change it as it is now.',
      })
    }
    await renew()
  }
}

interface SuggestedGiven extends ComponentProps<typeof Field> {
  readonly values: readonly { readonly value: string }[]
}

/** A field that proposes what others have. */
function Suggested({ values, ...field }: SuggestedGiven) {
  const list = useId()
  return (
    <>
      <Field {...field} list={list} />
      <datalist id={list}>
        {values.map(({ value }) => (
          <option key={value} value={value} />
        ))}
      </datalist>
    </>
  )
}
