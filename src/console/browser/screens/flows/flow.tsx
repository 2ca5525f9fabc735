// One flow in full.
import { Link } from '@tanstack/react-router'
import type { FlowEndItem, FlowItem } from '../../../../api/contract/index.ts'
import { Sheet } from '../../parts/sheet.tsx'
import { Moment } from '../../parts/time.tsx'
import { count, size, span } from '../../parts/wording.ts'
import { endText, seconds, stateText } from './columns.tsx'

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
    <div className="actions">
      <Link
        className="button"
        to="/flows"
        search={{ q: `peer:${flow.responder.address || flow.responder.mac}` }}
        onClick={close}
      >
        All flows with this destination
      </Link>
    </div>
  </Sheet>
)

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
