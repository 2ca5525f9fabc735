// One flow in full.
import { getRouteApi, Link } from '@tanstack/react-router'
import type { FlowEndItem, FlowItem } from '../../../../api/contract/index.ts'
import { Sheet } from '../../parts/sheet.tsx'
import { Moment } from '../../parts/time.tsx'
import { count, size, span } from '../../parts/wording.ts'
import { endText, seconds, stateText } from './columns.tsx'
import { withKey } from './query.ts'

const route = getRouteApi('/inside/flows')

export const FlowSheet = ({ flow, close }: { flow: FlowItem; close: () => void }) => (
  <Sheet
    title={`${endText(flow.originator)} → ${flow.serverName || endText(flow.responder)}`}
    close={close}
  >
    <dl className="pairs">
      <dt>From</dt>
      <dd>
        <End end={flow.originator} />
      </dd>
      <dt>To</dt>
      <dd>
        <End end={flow.responder} />
      </dd>
      {flow.serverName && (
        <>
          <dt>Called</dt>
          <dd>{flow.serverName}</dd>
        </>
      )}
      <dt>Service</dt>
      <dd>
        {flow.service || 'not recognised'} <span className="soft">over {flow.transport}</span>
      </dd>
      <dt>Began</dt>
      <dd>
        <Moment time={flow.first} />, lasted {span(seconds(flow))}
      </dd>
      <dt>State</dt>
      <dd>
        {flow.state}: {stateText(flow.state)}
      </dd>
      <dt>Sent</dt>
      <dd>
        {size(flow.bytesOut)} in {count(flow.packetsOut)} packets
      </dd>
      <dt>Received</dt>
      <dd>
        {size(flow.bytesIn)} in {count(flow.packetsIn)} packets
      </dd>
      <dt>Where</dt>
      <dd>{[flow.site, flow.segment].filter(Boolean).join(', ') || '–'}</dd>
    </dl>
    <Narrow flow={flow} close={close} />
  </Sheet>
)

/** Asks for more of the same, on top of what is asked for now. */
function Narrow({ flow, close }: { flow: FlowItem; close: () => void }) {
  const { q = '' } = route.useSearch()
  const ways = [
    ['This service only', withKey(q, 'service', flow.service)],
    ['From this device', withKey(q, 'device', flow.originator.device)],
    ['To this address', withKey(q, 'peer', flow.responder.address)],
  ] as const
  const useful = ways.filter(([, query]) => query !== q && query !== '')
  return (
    <p className="chips">
      {useful.map(([title, query]) => (
        <Link
          key={title}
          className="button tight"
          to="/flows"
          search={{ q: query }}
          onClick={close}
        >
          {title}
        </Link>
      ))}
    </p>
  )
}

const End = ({ end }: { end: FlowEndItem }) => (
  <>
    {end.device && (
      <>
        <Link to="/devices/$device" params={{ device: end.device }}>
          {end.name || end.device}
        </Link>
        <br />
      </>
    )}
    <span className="mono">
      {end.address || end.mac}
      {end.port > 0 && ` port ${end.port}`}
    </span>
  </>
)
