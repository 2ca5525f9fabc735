// The page of one device: who it is, what it does, what it may do, what is wrong, what happened.
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { DeviceDetail } from '../../../../api/contract/index.ts'
import { deviceQuery } from '../../client/queries.ts'
import type { Answered } from '../../client/request.ts'
import { categoryIcon, Icon } from '../../parts/icon.tsx'
import { Counts } from '../../parts/severity.tsx'
import { Answer } from '../../parts/states.tsx'
import { Ago } from '../../parts/time.tsx'
import { plain, size } from '../../parts/wording.ts'
import { useShortcuts } from '../../shell/shortcuts.ts'
import { useTitle } from '../../shell/title.ts'
import { Conversations } from './conversations.tsx'
import { EditSheet } from './edit.tsx'
import { DeviceFindings } from './findings.tsx'
import { Permissions } from './permissions.tsx'
import { Timeline } from './timeline.tsx'
import { Who } from './who.tsx'

const route = getRouteApi('/inside/devices/$device')

const PARTS = [
  { id: '', title: 'Who it is', part: Who },
  { id: 'talks', title: 'Whom it talks to', part: Conversations },
  { id: 'may', title: 'What it may do', part: Permissions },
  { id: 'findings', title: 'Findings', part: DeviceFindings },
  { id: 'history', title: 'Time line', part: Timeline },
] as const

export function DeviceScreen() {
  const { device: id } = route.useParams()
  const query = useQuery(deviceQuery(id))
  useTitle(query.data?.body.name ?? 'Device')
  return (
    <Answer query={query} what="the device" lines={14}>
      {(answered) => <Page answered={answered} />}
    </Answer>
  )
}

function Page({ answered }: { answered: Answered<DeviceDetail> }) {
  const device = answered.body
  const { show = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const [editing, setEditing] = useState(false)
  useShortcuts([
    { keys: 'e', title: 'Edit owner, name, category', run: () => setEditing(true) },
    ...PARTS.map(({ id, title }, at) => ({
      keys: String(at + 1),
      title,
      run: () => void navigate({ search: { show: id || undefined }, replace: true }),
    })),
  ])
  const { part: Part } = PARTS.find((one) => one.id === show) ?? PARTS[0]
  return (
    <>
      <Head device={device} edit={() => setEditing(true)} />
      <div className="tools">
        <nav className="segments" aria-label="Parts of this page">
          {PARTS.map(({ id, title }) => (
            <Link
              key={id}
              to="/devices/$device"
              params={{ device: device.id }}
              search={{ show: id || undefined }}
              replace
              activeOptions={{ exact: true, includeSearch: true }}
            >
              {title}
            </Link>
          ))}
        </nav>
      </div>
      <div className="screen-body" tabIndex={0} role="region" aria-label={device.name}>
        <Part device={device} />
      </div>
      {editing && <EditSheet answered={answered} close={() => setEditing(false)} />}
    </>
  )
}

const Head = ({ device, edit }: { device: DeviceDetail; edit: () => void }) => (
  <div className="screen-head device-head">
    <span className="portrait">
      <Icon name={categoryIcon(device.category)} />
    </span>
    <div className="headline">
      <h1 className="wrap">{device.name}</h1>
      <p className="soft small">
        {[
          device.category !== 'unknown' && plain(device.category),
          device.manufacturer,
          device.model,
        ]
          .filter(Boolean)
          .join(' · ') || 'Not recognised yet'}
      </p>
    </div>
    <dl className="facts">
      <div>
        <dt>Findings</dt>
        <dd>
          <Counts counts={device.findings} />
        </dd>
      </div>
      <div>
        <dt>Last seen</dt>
        <dd>
          <Ago time={device.lastSeen} />
        </dd>
      </div>
      <div>
        <dt>Sent, received</dt>
        <dd>
          {size(device.bytesOut)}, {size(device.bytesIn)}
        </dd>
      </div>
      <div>
        <dt>Owner</dt>
        <dd>{device.owner || <span className="soft">nobody</span>}</dd>
      </div>
    </dl>
    <button type="button" className="button" onClick={edit}>
      <Icon name="edit" /> Edit
    </button>
  </div>
)
