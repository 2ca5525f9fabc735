// Deciding about a finding: why, and for a suppression how long. One line of keys is enough:
// number, Enter.
import { useCallback, useState } from 'react'
import type { FindingItem } from '../../../../api/contract/index.ts'
import { decide, pastTense, wayBack, type Decision } from '../../client/decisions.ts'
import { Field } from '../../parts/field.tsx'
import { Sheet } from '../../parts/sheet.tsx'
import { say, sayError } from '../../parts/toast.tsx'
import { localTime } from '../../parts/wording.ts'

export interface Wanted {
  readonly action: 'suppress' | 'close'
  readonly of: FindingItem
}

/** Sends a decision, says so, and offers the way back. */
export function useDecide() {
  return useCallback(async (finding: FindingItem, decision: Decision) => {
    try {
      await decide(finding.id, decision)
      say(`${pastTense(decision)}: ${finding.title}`, {
        undo: () => {
          decide(finding.id, wayBack(finding)).then(
            () => say(`Undone: ${finding.title} is ${finding.state} again`),
            sayError,
          )
        },
      })
    } catch (error) {
      sayError(error)
    }
  }, [])
}

const REASONS = {
  close: [
    'Dealt with: the cause is gone',
    'Harmless here: this device is meant to do that',
    'False alarm: what was seen is something else',
  ],
  suppress: [
    'Known, and being worked on',
    'Maintenance or a test is going on',
    'Accepted until the device is replaced',
  ],
} as const

const DAY_MS = 86_400_000
const SPANS = [
  [1, '1 day'],
  [7, '1 week'],
  [30, '30 days'],
  [90, '90 days'],
] as const

interface SheetGiven {
  readonly wanted: Wanted
  readonly close: () => void
  readonly decided: () => void
}

export function DecisionSheet({ wanted, close, decided }: SheetGiven) {
  const { action, of } = wanted
  const [reason, setReason] = useState<string>(REASONS[action][0])
  const [days, setDays] = useState(7)
  const [opened] = useState(() => Date.now())
  const send = useDecide()
  const until = new Date(opened + days * DAY_MS).toISOString()
  return (
    <Sheet
      title={action === 'close' ? 'Close this finding' : 'Suppress this finding'}
      close={close}
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void send(of, action === 'close' ? { action, reason } : { action, reason, until })
          decided()
        }}
      >
        <p>
          <b>{of.title}</b>
          {of.deviceName && <span className="soft"> · {of.deviceName}</span>}
        </p>
        <p className="soft small">
          {action === 'close'
            ? 'It comes back when the same is seen again after now.'
            : 'It stays out of the inbox for a time, and then comes back by itself.'}
        </p>
        {action === 'suppress' && <HowLong days={days} setDays={setDays} until={until} />}
        <Why reasons={REASONS[action]} reason={reason} set={setReason} />
        <div className="actions">
          <button type="button" className="button bare" onClick={close}>
            Cancel
          </button>
          <button type="submit" className="button main">
            {action === 'close' ? 'Close it' : 'Suppress it'} <kbd aria-hidden="true">Enter</kbd>
          </button>
        </div>
      </form>
    </Sheet>
  )
}

interface WhyGiven {
  readonly reasons: readonly string[]
  readonly reason: string
  readonly set: (reason: string) => void
}

function Why({ reasons, reason, set }: WhyGiven) {
  const own = reasons.includes(reason) ? '' : reason
  return (
    <fieldset className="question">
      <legend>Why</legend>
      {reasons.map((text) => (
        <label key={text} className="choice">
          <input type="radio" name="reason" checked={reason === text} onChange={() => set(text)} />
          <span>{text}</span>
        </label>
      ))}
      <Field
        label="Or in your own words"
        value={own}
        maxLength={500}
        onChange={(event) => set(event.target.value || reasons[0])}
      />
    </fieldset>
  )
}

interface HowLongGiven {
  readonly days: number
  readonly setDays: (days: number) => void
  readonly until: string
}

const HowLong = ({ days, setDays, until }: HowLongGiven) => (
  <div>
    <div className="segments" role="group" aria-label="For how long">
      {SPANS.map(([span, title]) => (
        <button key={span} type="button" aria-pressed={days === span} onClick={() => setDays(span)}>
          {title}
        </button>
      ))}
    </div>
    <p className="soft small">until {localTime(until)}</p>
  </div>
)
