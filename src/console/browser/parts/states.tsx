// Waiting, nothing, and what went wrong: the same three everywhere.
import type { ReactNode } from 'react'
import { Refusal } from '../client/request.ts'
import { Icon, type IconName } from './icon.tsx'

const WIDTHS = ['62%', '88%', '74%', '91%', '55%', '80%']

/** Grey lines where text will be. */
export const Loading = ({ what, lines = 6 }: { what: string; lines?: number }) => (
  <div className="skeleton" role="status">
    <span className="hidden-text">Loading {what}</span>
    {Array.from({ length: lines }, (_, at) => (
      <i key={at} style={{ width: WIDTHS[at % WIDTHS.length] }} />
    ))}
  </div>
)

interface EmptyGiven {
  readonly icon?: IconName
  readonly title: string
  readonly children?: ReactNode
}

/** Nothing to show, and what that means. */
export const Empty = ({ icon = 'search', title, children }: EmptyGiven) => (
  <div className="blank">
    <Icon name={icon} />
    <h2>{title}</h2>
    <div className="soft">{children}</div>
  </div>
)

/** A refusal of the API in its own words, with a way to try again. */
export function Failed({ error, again }: { error: unknown; again?: () => void }) {
  const refusal = error instanceof Refusal ? error : undefined
  return (
    <div className="blank error" role="alert">
      <Icon name="findings" />
      <h2>{refusal?.title ?? 'This did not work'}</h2>
      <p className="soft">{error instanceof Error ? error.message : String(error)}</p>
      {refusal?.status === 403 && <p className="soft">Your role does not allow it.</p>}
      {again && (
        <button type="button" className="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  )
}

interface Asked<Data> {
  readonly data: Data | undefined
  readonly error: unknown
  readonly isPending: boolean
  readonly refetch: () => unknown
}

interface AnswerGiven<Data> {
  readonly query: Asked<Data>
  readonly what: string
  readonly lines?: number
  readonly children: (data: Data) => ReactNode
}

/** The answer of a query, or one of the states in front of it. */
export function Answer<Data>({ query, what, lines, children }: AnswerGiven<Data>) {
  if (query.data !== undefined) return children(query.data)
  if (query.error) return <Failed error={query.error} again={() => void query.refetch()} />
  return <Loading what={what} lines={lines} />
}
