// What a row of the flow list shows.
import type { FlowEndItem, FlowItem } from '../../../../api/contract/index.ts'
import type { Column } from '../../parts/data-list.tsx'
import { carrier, localTime, size, span } from '../../parts/wording.ts'

export const endText = (end: FlowEndItem): string => end.name || end.address || end.mac

/** A device is a name, everybody else an address. */
const End = ({ end, name = '' }: { end: FlowEndItem; name?: string }) => (
  <span title={[end.address, end.mac].filter(Boolean).join(', ')}>
    {end.name ? <b>{end.name}</b> : name || <span className="mono">{end.address || end.mac}</span>}
  </span>
)

export const seconds = (flow: FlowItem): number =>
  (Date.parse(flow.last) - Date.parse(flow.first)) / 1000

export const COLUMNS: readonly Column<FlowItem>[] = [
  {
    id: 'time',
    title: 'Began',
    width: '142px',
    cell: (flow) => (
      <time dateTime={flow.first} title={flow.first} className="small">
        {localTime(flow.first)}
      </time>
    ),
  },
  {
    id: 'from',
    title: 'From',
    width: 'minmax(110px, 1.2fr)',
    cell: (flow) => <End end={flow.originator} />,
  },
  {
    id: 'to',
    title: 'To',
    width: 'minmax(120px, 1.4fr)',
    cell: (flow) => <End end={flow.responder} name={flow.serverName} />,
  },
  {
    id: 'service',
    title: 'Service',
    width: 'minmax(100px, 0.9fr)',
    cell: (flow) => (
      <>
        {flow.service || <span className="soft">–</span>}{' '}
        <span className="soft mono">
          {carrier(flow.transport, flow.responder.port, flow.service)}
        </span>
      </>
    ),
  },
  {
    id: 'state',
    title: 'State',
    width: '62px',
    cell: (flow) => (
      <span className="mono" title={stateText(flow.state)}>
        {flow.state}
      </span>
    ),
  },
  {
    id: 'lasted',
    title: 'Lasted',
    width: '78px',
    number: true,
    cell: (flow) => (seconds(flow) < 1 ? '< 1 s' : span(seconds(flow))),
  },
  {
    id: 'out',
    title: 'Sent',
    width: '72px',
    number: true,
    cell: (flow) => size(flow.bytesOut),
  },
  {
    id: 'in',
    title: 'Received',
    width: '72px',
    number: true,
    cell: (flow) => size(flow.bytesIn),
  },
]

const STATES: Readonly<Record<string, string>> = {
  S0: 'asked, no answer',
  S1: 'established, not ended',
  SF: 'began and ended normally',
  REJ: 'refused',
  S2: 'established, the originator wanted to end it',
  S3: 'established, the responder wanted to end it',
  RSTO: 'cut off by the originator',
  RSTR: 'cut off by the responder',
  RSTOS0: 'asked, then cut off by the originator',
  RSTRH: 'answered, then cut off by the responder',
  SH: 'asked and ended without an answer',
  SHR: 'answered and ended; the question was not seen',
  OTH: 'no beginning was seen, or it has none',
}

export const stateText = (state: string): string => STATES[state] ?? state
