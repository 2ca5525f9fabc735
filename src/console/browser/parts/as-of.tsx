// Time travel: a list as it was at a moment, said loudly so that nobody takes the past for now.
import { useState } from 'react'
import { Field } from './field.tsx'
import { Icon } from './icon.tsx'
import { Sheet } from './sheet.tsx'
import { localTime } from './wording.ts'

interface AsOfGiven {
  readonly at: string | undefined
  readonly change: (at: string | undefined) => void
}

/** What `<input type="datetime-local">` holds: local time without a zone. */
const fieldText = (iso: string) => localTime(iso).replace(' ', 'T')

export function AsOf({ at, change }: AsOfGiven) {
  const [asking, setAsking] = useState(false)
  return (
    <>
      {at ? (
        <button type="button" className="chip on" onClick={() => change(undefined)}>
          <Icon name="clock" />
          As of {localTime(at)}
          <Icon name="close" />
          <span className="hidden-text">: back to now</span>
        </button>
      ) : (
        <button type="button" className="chip" onClick={() => setAsking(true)}>
          <Icon name="clock" />
          As of …
        </button>
      )}
      {asking && <Ask close={() => setAsking(false)} change={change} />}
    </>
  )
}

function Ask({ close, change }: { close: () => void; change: AsOfGiven['change'] }) {
  const [value, setValue] = useState(() => fieldText(new Date().toISOString()))
  const moment = new Date(value)
  return (
    <Sheet title="Show the past" close={close}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (Number.isNaN(moment.getTime())) return
          change(moment.toISOString())
          close()
        }}
      >
        <Field
          label="As it was at"
          type="datetime-local"
          step={1}
          required
          value={value}
          hint="In your time zone. The list shows what was recorded by then."
          onChange={(event) => setValue(event.target.value)}
        />
        <div className="actions">
          <button type="button" className="button bare" onClick={close}>
            Cancel
          </button>
          <button type="submit" className="button main">
            Show
          </button>
        </div>
      </form>
    </Sheet>
  )
}
