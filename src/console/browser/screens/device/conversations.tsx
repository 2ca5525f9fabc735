// Whom it talks to: a bar for each peer, and the table behind it.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ConversationItem, DeviceDetail } from '../../../../api/contract/index.ts'
import { conversationsQuery } from '../../client/queries.ts'
import { Answer, Empty } from '../../parts/states.tsx'
import { Ago } from '../../parts/time.tsx'
import { carrier, count, size } from '../../parts/wording.ts'

export function Conversations({ device }: { device: DeviceDetail }) {
  const query = useQuery(conversationsQuery(device.id))
  return (
    <Answer query={query} what="conversations" lines={10}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty icon="flows" title="No conversation seen">
            <p>Nobody talked to it, and it talked to nobody, where we listen.</p>
          </Empty>
        ) : (
          <Table device={device} items={items} />
        )
      }
    </Answer>
  )
}

const bytes = (one: ConversationItem) => one.bytesIn + one.bytesOut
const STARTED = {
  device: 'this device',
  peer: 'the other side',
  either: 'either side',
} as const

function Table({ device, items }: { device: DeviceDetail; items: readonly ConversationItem[] }) {
  const sorted = items.toSorted((a, b) => bytes(b) - bytes(a))
  const most = Math.max(1, bytes(sorted[0]))
  return (
    <section className="card" aria-label="Conversations">
      <div className="card-head">
        <h2>{count(items.length)} conversations</h2>
        <span className="chips">
          <Link to="/traffic" search={{ device: device.id }} className="button tight">
            Over time
          </Link>
          <Link to="/flows" search={{ q: `device:${device.id}` }} className="button tight">
            All its flows
          </Link>
        </span>
      </div>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Table of conversations">
        <table className="talks">
          <thead>
            <tr>
              <th scope="col">With</th>
              <th scope="col">Service</th>
              <th scope="col">Started by</th>
              <th scope="col" className="number">
                Flows
              </th>
              <th scope="col">Sent and received</th>
              <th scope="col">Last</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((one) => (
              <tr key={keyOf(one)}>
                <td className="wrap">
                  <Peer one={one} />
                </td>
                <td className="mono">
                  {carrier(one.transport, one.port, one.service)}
                  {one.service && <span className="soft"> {one.service}</span>}
                </td>
                <td className="small">{STARTED[one.initiated]}</td>
                <td className="number">{count(one.flows)}</td>
                <td>
                  <Weight one={one} most={most} />
                </td>
                <td className="small">
                  <Ago time={one.last} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

const keyOf = (one: ConversationItem) =>
  [
    one.peer.device,
    one.peer.name,
    one.peer.address,
    one.transport,
    one.port,
    one.initiated,
    one.service,
  ].join()

function Peer({ one }: { one: ConversationItem }) {
  const { device, name, address } = one.peer
  if (device) {
    return (
      <Link to="/devices/$device" params={{ device }}>
        {name || address || device}
      </Link>
    )
  }
  return (
    <>
      {name || <span className="mono">{address}</span>}
      {name && address && <span className="soft mono block">{address}</span>}
    </>
  )
}

/** Out and in on one scale, so that rows can be compared. */
const Weight = ({ one, most }: { one: ConversationItem; most: number }) => (
  <span className="weight">
    <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect className="out" width={part(one.bytesOut, most)} height="10" />
      <rect
        className="in"
        x={part(one.bytesOut, most)}
        width={part(one.bytesIn, most)}
        height="10"
      />
    </svg>
    <span className="small">
      {size(one.bytesOut)}, {size(one.bytesIn)}
    </span>
  </span>
)

/** Square roots, else one camera hides everybody else. */
const part = (value: number, most: number) =>
  value === 0 ? 0 : Math.max(0.8, 100 * Math.sqrt(value / most) * 0.7)
