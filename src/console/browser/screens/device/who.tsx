// Who it is and why we think so: every attribute with its sources, its confidence, and what speaks
// against it.
import type { DeviceDetail, ObservationItem } from '../../../../api/contract/index.ts'
import { Icon } from '../../parts/icon.tsx'
import { Ago, Moment } from '../../parts/time.tsx'
import { percent, plain, sourceName } from '../../parts/wording.ts'
import { Split } from './split.tsx'

/** The API calls it category; observations call it type. */
const ATTRIBUTES = [
  ['category', 'type'],
  ['manufacturer', 'manufacturer'],
  ['model', 'model'],
  ['os', 'os'],
  ['firmware', 'firmware'],
  ['hostname', 'hostname'],
  ['serial', 'serial'],
] as const

export const Who = ({ device }: { device: DeviceDetail }) => (
  <div className="columns">
    <section className="card wide" aria-label="Attributes">
      <h2>Why we think so</h2>
      {ATTRIBUTES.map(([field, name]) => (
        <AttributeRow key={name} device={device} field={field} name={name} />
      ))}
      {device.observations.length === 0 && (
        <p className="soft">Nothing it said told us anything about it yet.</p>
      )}
    </section>
    <div className="stack">
      <Addresses device={device} />
      <Doubts device={device} />
      <Services device={device} />
      <Software device={device} />
    </div>
  </div>
)

interface RowGiven {
  readonly device: DeviceDetail
  readonly field: string
  readonly name: string
}

function AttributeRow({ device, field, name }: RowGiven) {
  const all = device.observations.filter(
    ({ attribute }) => attribute === name || attribute === field,
  )
  const hand =
    field === 'category' ? device.byHand.category : field === 'name' ? device.byHand.name : ''
  const value = valueOf(device, field) || all.find((one) => one.believed)?.value || ''
  if (value === '' && all.length === 0) return null
  const confidence = device.confidence[field] ?? device.confidence[name]
  const shown = field === 'category' ? plain(value || 'unknown') : value || 'Unknown'
  return (
    <details className="attribute" open={all.length > 0}>
      <summary>
        <span className="soft">{plain(name)}</span>
        <b className="wrap">{shown}</b>
        {hand ? (
          <span className="badge good">set by hand</span>
        ) : (
          confidence !== undefined && <Meter part={confidence} />
        )}
        <span className="soft small sources">
          {[...new Set(all.filter((one) => one.believed).map((one) => one.source))]
            .slice(0, 3)
            .join(', ')}
        </span>
      </summary>
      <ul>
        {all.map((one) => (
          <ObservationLine key={`${one.source}-${one.text}-${one.value}`} one={one} />
        ))}
      </ul>
    </details>
  )
}

const valueOf = (device: DeviceDetail, field: string): string => {
  const value = (device as unknown as Record<string, unknown>)[field]
  return typeof value === 'string' ? value : ''
}

const Meter = ({ part }: { part: number }) => (
  <span className="meter">
    <i style={{ '--part': part } as React.CSSProperties} />
    {percent(part)}
  </span>
)

/** What a list says, not the network, has no time. */
const timed = (one: ObservationItem) => Date.parse(one.first) > 0

const ObservationLine = ({ one }: { one: ObservationItem }) => (
  <li className={one.believed ? '' : 'against-it'}>
    <Icon name={one.believed ? 'check' : 'close'} />
    <span>
      <b>{one.source}</b> {one.believed ? 'says' : 'says otherwise:'} {one.value}{' '}
      <span className="soft">
        from <q className="mono wrap">{one.text}</q>
      </span>
      <span className="soft small block">
        {percent(one.confidence)} on its own
        {timed(one) && (
          <>
            {` · ${one.count}× since `}
            <Moment time={one.first} />
          </>
        )}
        {one.evidence.frame > 0 &&
          ` · frame ${one.evidence.frame} of ${sourceName(one.evidence.source)}`}
      </span>
    </span>
  </li>
)

const Addresses = ({ device }: { device: DeviceDetail }) => (
  <section className="card" aria-label="Addresses and identities">
    <h2>Addresses and identities</h2>
    <dl className="pairs">
      <dt>Addresses</dt>
      <dd className="mono">{device.addresses.toReversed().join(', ') || '–'}</dd>
      <dt>MAC</dt>
      <dd className="mono">{device.macs.join(', ') || 'not carried by the source'}</dd>
      <dt>Segment</dt>
      <dd>{device.segment || '–'}</dd>
      <dt>First seen</dt>
      <dd>
        <Moment time={device.firstSeen} />
      </dd>
      <dt>Last seen</dt>
      <dd>
        <Ago time={device.lastSeen} />
      </dd>
      {device.identities
        .filter((one) => one.kind !== 'mac')
        .map((one) => (
          <Identity key={`${one.kind}-${one.value}`} {...one} />
        ))}
      {device.placement === 'routed' && (
        <>
          <dt>Behind</dt>
          <dd className="mono">{device.behind || 'a router'}</dd>
        </>
      )}
      {device.mudUrls.length > 0 && (
        <>
          <dt>MUD URL</dt>
          <dd className="mono">{device.mudUrls.join(', ')}</dd>
        </>
      )}
    </dl>
  </section>
)

const Identity = ({ kind, value, strength }: DeviceDetail['identities'][number]) => (
  <>
    <dt>{plain(kind)}</dt>
    <dd>
      <span className="mono">{value}</span>{' '}
      {strength === 'strong' && <span className="badge good">proved</span>}
    </dd>
  </>
)

const LIMITS: Readonly<Record<string, string>> = {
  'no-mac': 'The source carries no MAC addresses.',
  'weak-identity': 'Known by its address behind a router only.',
  'randomised-mac': 'It uses a random MAC: it may come back as another.',
  'shared-mac': 'Its MAC speaks for several hosts; they are told apart by address.',
  'disputed-address': 'It also used or claimed an address that is another’s.',
  'relays-disputed': 'It relays others’ traffic under such an address.',
  'forged-addresses': 'It sent under many made-up addresses.',
  'several-addresses': 'It used several IPv4 addresses at the same time.',
  'public-address': 'Its address belongs to none of our networks.',
  'only-announced': 'It never sent a packet that we saw; ARP or DHCP proves it.',
  'likely-merge': 'Two MACs were taken for one device by what they say of themselves.',
}

function Doubts({ device }: { device: DeviceDetail }) {
  const { limits, contradictions, merges } = device
  if (limits.length + contradictions.length + merges.length === 0) return null
  return (
    <section className="card" aria-label="Doubts">
      <h2>What weakens this</h2>
      <ul className="doubts">
        {limits.map((limit) => (
          <li key={limit}>{LIMITS[limit] ?? plain(limit)}</li>
        ))}
        {contradictions.map((one) => (
          <li key={`${one.time}-${one.attribute}`}>
            {plain(one.attribute)} was <q>{one.before}</q>, then <q>{one.after}</q>{' '}
            <span className="soft small">
              {one.source}, <Moment time={one.time} />
            </span>
          </li>
        ))}
        {merges.map((one) => (
          <li key={one.id}>
            Joined with <span className="mono">{one.from}</span>: {one.because} (by {one.by}){' '}
            <Split device={device.id} merge={one.id} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Services({ device }: { device: DeviceDetail }) {
  if (device.services.length === 0) return null
  return (
    <section className="card" aria-label="Services">
      <h2>What it answers on</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Port</th>
            <th scope="col">Protocol</th>
            <th scope="col">Says</th>
          </tr>
        </thead>
        <tbody>
          {device.services.map((service) => (
            <tr key={`${service.transport}-${service.port}-${service.protocol}`}>
              <td className="mono">
                {service.transport}/{service.port}
              </td>
              <td>{service.protocol || <span className="soft">not recognised</span>}</td>
              <td className="wrap small">{service.banner}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Software({ device }: { device: DeviceDetail }) {
  if (device.software.length === 0) return null
  return (
    <section className="card" aria-label="Software">
      <h2>Software it names</h2>
      <ul className="chips">
        {device.software.map((one) => (
          <li key={`${one.name}-${one.version}-${one.source}`} className="chip" title={one.source}>
            {one.name} {one.version}
          </li>
        ))}
      </ul>
    </section>
  )
}
