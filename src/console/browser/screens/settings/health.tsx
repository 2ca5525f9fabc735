// How sensors, processes and the store are: what an operator has to mend comes first.
import { useQuery } from '@tanstack/react-query'
import type { Health } from '../../../../api/contract/index.ts'
import { healthQuery } from '../../client/queries.ts'
import { Icon } from '../../parts/icon.tsx'
import { Answer } from '../../parts/states.tsx'
import { Ago } from '../../parts/time.tsx'
import { count, plain, size, sourceName } from '../../parts/wording.ts'

export function HealthPage() {
  const query = useQuery(healthQuery)
  return (
    <Answer query={query} what="the state of things" lines={10}>
      {(health) => (
        <div className="stack">
          <Summary health={health} />
          <Sensors sensors={health.sensors} />
          <Processes processes={health.processes} />
          <Store store={health.store} />
        </div>
      )}
    </Answer>
  )
}

function Summary({ health }: { health: Health }) {
  const { status, problems, version, started } = health
  return (
    <>
      <p className={`notice ${status === 'ok' ? 'good' : 'warn'}`}>
        <Icon name={status === 'ok' ? 'check' : 'findings'} />
        <span>
          {status === 'ok' ? 'Everything runs.' : 'Something needs you.'}{' '}
          <span className="soft">
            Thingward {version}, started <Ago time={started} />.
          </span>
        </span>
      </p>
      {problems.map((problem) => (
        <p key={problem} className="notice bad">
          <Icon name="findings" />
          <span>{problem}</span>
        </p>
      ))}
    </>
  )
}

const SENSOR_BADGES: Readonly<Record<Health['sensors'][number]['state'], string>> = {
  running: 'good',
  done: 'plain',
  waiting: 'low',
  silent: 'medium',
  failed: 'high',
}

const Sensors = ({ sensors }: { sensors: Health['sensors'] }) => (
  <section className="card" aria-label="Sensors">
    <h2>Sensors</h2>
    {sensors.length === 0 ? (
      <p className="soft">None listens. Start Thingward with a source to read.</p>
    ) : (
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Table of sensors">
        <table>
          <thead>
            <tr>
              <th scope="col">Source</th>
              <th scope="col">State</th>
              <th scope="col" className="number">
                Frames
              </th>
              <th scope="col" className="number">
                Flows
              </th>
              <th scope="col" className="number">
                Lost
              </th>
              <th scope="col">Last heard</th>
            </tr>
          </thead>
          <tbody>
            {sensors.map((sensor) => (
              <tr key={sensor.id}>
                <td className="wrap">
                  <b title={sensor.source}>{sourceName(sensor.source)}</b>
                  <span className="soft small block">
                    {[sensor.site, sensor.segment].filter(Boolean).join(', ')}
                  </span>
                  {sensor.problem && <span className="small block wrong">{sensor.problem}</span>}
                </td>
                <td>
                  <span className={`badge ${SENSOR_BADGES[sensor.state]}`}>{sensor.state}</span>
                </td>
                <td className="number">{count(sensor.frames)}</td>
                <td className="number">{count(sensor.flows)}</td>
                <td className="number">{count(sensor.dropped)}</td>
                <td>{sensor.lastHeard ? <Ago time={sensor.lastHeard} /> : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    )}
  </section>
)

const PROCESS_BADGES = { running: 'good', starting: 'low', stopped: 'high' } as const

const Processes = ({ processes }: { processes: Health['processes'] }) => (
  <section className="card" aria-label="Processes">
    <h2>Processes</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">State</th>
          <th scope="col" className="number">
            Restarts
          </th>
          <th scope="col" className="number">
            Memory
          </th>
        </tr>
      </thead>
      <tbody>
        {processes.map((one) => (
          <tr key={one.name}>
            <td>{plain(one.name)}</td>
            <td>
              <span className={`badge ${PROCESS_BADGES[one.state]}`}>{one.state}</span>
            </td>
            <td className="number">{one.restarts}</td>
            <td className="number">{one.memoryBytes ? size(one.memoryBytes) : '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
)

const Store = ({ store }: { store: Health['store'] }) => (
  <section className="card" aria-label="Store">
    <h2>What is kept</h2>
    <div className="tiles inner">
      {(['devices', 'observations', 'findings', 'flows', 'evidence'] as const).map((name) => (
        <div className="tile" key={name}>
          <b>{count(store[name])}</b>
          {name === 'evidence' ? 'evidence entries' : name}
        </div>
      ))}
      <div className="tile">
        <b>{size(store.bytes)}</b>on disk
      </div>
    </div>
    <p className="soft small">
      Schema version {store.schemaVersion}
      {store.flowsFrom && (
        <>
          {'; flows since '}
          <Ago time={store.flowsFrom} />
        </>
      )}
    </p>
  </section>
)
