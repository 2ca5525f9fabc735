// What we will not see from here, as part of the settings.
import { useQuery } from '@tanstack/react-query'
import { siteQuery } from '../../client/queries.ts'
import { Answer } from '../../parts/states.tsx'
import { SpotList } from '../entry/blind-spots.tsx'

export function BlindSpotsCard() {
  const query = useQuery(siteQuery)
  return (
    <section className="card" aria-label="Blind spots">
      <h2>What we will not see from here</h2>
      <Answer query={query} what="the blind spots" lines={3}>
        {(site) =>
          site.answered ? (
            <SpotList spots={site.blindSpots} />
          ) : (
            <p className="notice warn">
              Nobody has answered the four questions yet: until then nothing can be said about it.
            </p>
          )
        }
      </Answer>
    </section>
  )
}
