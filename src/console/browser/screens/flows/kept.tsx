// Queries that somebody wants again: examples at first, then one's own. Each is a link, since a
// query is an address; what is kept here is only the list of links.
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Icon } from '../../parts/icon.tsx'

const KEY = 'thingward.flow-queries'
const KEPT_MAX = 12

function read(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : []
  } catch {
    return []
  }
}

interface KeptGiven {
  readonly current: string
  readonly open: (query: string) => void
  readonly examples: readonly string[]
}

export function Kept({ current, open, examples }: KeptGiven) {
  const [kept, setKept] = useState(read)
  const write = (next: string[]) => {
    localStorage.setItem(KEY, JSON.stringify(next))
    setKept(next)
  }
  const isKept = kept.includes(current)
  return (
    <div className="chips">
      {kept.map((one) => (
        <Query key={one} query={one} on={one === current} />
      ))}
      {kept.length === 0 && <span className="soft small">For example</span>}
      {kept.length === 0 &&
        examples.map((one) => <Query key={one} query={one} on={one === current} />)}
      {current !== '' && (
        <>
          <button
            type="button"
            className="chip"
            aria-pressed={isKept}
            onClick={() =>
              write(
                isKept
                  ? kept.filter((one) => one !== current)
                  : [...kept, current].slice(-KEPT_MAX),
              )
            }
          >
            <Icon name="star" />
            {isKept ? 'Forget this query' : 'Keep this query'}
          </button>
          <button type="button" className="chip" onClick={() => open('')}>
            <Icon name="close" />
            Clear
          </button>
        </>
      )}
    </div>
  )
}

const Query = ({ query, on }: { query: string; on: boolean }) => (
  <Link to="/flows" search={{ q: query }} className={`chip mono ${on ? 'on' : ''}`}>
    {query}
  </Link>
)
