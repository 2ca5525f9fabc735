// What will not be seen from where we sit, said before anybody relies on it.
import { useQuery } from '@tanstack/react-query'
import { siteQuery } from '../../client/queries.ts'
import { Icon } from '../../parts/icon.tsx'
import { Answer } from '../../parts/states.tsx'

/** The list alone; also part of the settings. */
export const SpotList = ({ spots }: { spots: readonly string[] }) => (
  <ul className="spots">
    {spots.map((spot) => (
      <li key={spot}>
        <Icon name="blind" />
        <span>{spot}</span>
      </li>
    ))}
  </ul>
)

export function BlindSpots({ done, back }: { done: () => void; back: () => void }) {
  const query = useQuery(siteQuery)
  return (
    <div className="stack">
      <p className="soft">
        No place sees everything. Whatever Thingward says about this network has to be read with
        this in mind; it stays under Settings, and changes with your answers.
      </p>
      <Answer query={query} what="the blind spots">
        {(site) =>
          site.blindSpots.length > 0 ? (
            <SpotList spots={site.blindSpots} />
          ) : (
            <p>None that we know of.</p>
          )
        }
      </Answer>
      <div className="actions">
        <button type="button" className="button" onClick={back}>
          Change the answers
        </button>
        <button type="button" className="button main" onClick={done} autoFocus>
          To the devices
        </button>
      </div>
    </div>
  )
}
