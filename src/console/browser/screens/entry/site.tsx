// The four questions: where we sit, which networks are ours, what is industrial, what about people.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Network, Placement, SiteRequest } from '../../../../api/contract/index.ts'
import { siteQuery } from '../../client/queries.ts'
import { request } from '../../client/request.ts'
import { Form, useSending } from '../../parts/form.tsx'
import { Answer } from '../../parts/states.tsx'
import { Networks } from './networks.tsx'

const PLACEMENTS: readonly { readonly id: Placement; readonly title: string; text: string }[] = [
  {
    id: 'span',
    title: 'A mirror port of a switch',
    text: 'A copy of what passes that switch. The usual place: we see most and disturb nothing.',
  },
  {
    id: 'router',
    title: 'On the router or gateway',
    text: 'Everything that leaves a segment, and nothing that stays within one.',
  },
  {
    id: 'bridge',
    title: 'In the line, as a bridge',
    text: 'Everything that passes this cable. The only place that can also hold traffic back.',
  },
  {
    id: 'logs',
    title: 'Only logs or captures',
    text: 'Zeek or Suricata logs, capture files: as much as whoever wrote them saw.',
  },
]

export function SiteForm({ done }: { done: () => void }) {
  const query = useQuery(siteQuery)
  return (
    <Answer query={query} what="the questions">
      {(site) => <Questions before={site} done={done} />}
    </Answer>
  )
}

function Questions({ before, done }: { before: SiteRequest; done: () => void }) {
  const client = useQueryClient()
  const [placement, setPlacement] = useState<Placement>(before.placement)
  const [networks, setNetworks] = useState<readonly Network[]>(before.networks)
  const [people, setPeople] = useState(before.people)
  const sending = useSending()
  const submit = async () => {
    const kept = networks.filter(({ prefix }) => prefix.trim() !== '')
    await request('/setup/site', { method: 'PUT', body: { placement, networks: kept, people } })
    await client.invalidateQueries({ queryKey: siteQuery.queryKey })
    done()
  }
  return (
    <Form sending={sending} submit={submit} action="Save and show the blind spots">
      <fieldset className="question">
        <legend>1. Where does Thingward sit?</legend>
        {PLACEMENTS.map(({ id, title, text }) => (
          <label key={id} className="choice">
            <input
              type="radio"
              name="placement"
              checked={placement === id}
              onChange={() => setPlacement(id)}
            />
            <span>
              <b>{title}</b>
              <span className="soft small">{text}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Networks networks={networks} change={setNetworks} wrong={sending.wrong} />
      <fieldset className="question">
        <legend>4. May we look at people's phones and laptops too?</legend>
        <People people={people} change={setPeople} />
      </fieldset>
    </Form>
  )
}

const PEOPLE = [
  [false, 'No', 'They are listed as such; whom they talk to is not learnt or profiled.'],
  [true, 'Yes', 'They are profiled like every other device. Tell the people first.'],
] as const

const People = ({ people, change }: { people: boolean; change: (people: boolean) => void }) =>
  PEOPLE.map(([value, title, text]) => (
    <label key={title} className="choice">
      <input type="radio" name="people" checked={people === value} onChange={() => change(value)} />
      <span>
        <b>{title}</b>
        <span className="soft small">{text}</span>
      </span>
    </label>
  ))
