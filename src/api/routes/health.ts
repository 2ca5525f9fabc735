// Routes of health: for people in full, for machines in a word (healthz, readyz), for Prometheus in
// numbers. The last three answer this machine itself, or a token.
import { Health } from '../contract/index.ts'
import { READERS, SIGNED_IN, type Api, type ApiParts } from '../parts.ts'
import { isoTime } from '../times.ts'

/** A live sensor that has said nothing for so long is silent. */
const SILENT_AFTER = 30_000_000

export function healthRoutes(app: Api, parts: ApiParts): void {
  app.route({
    method: 'GET',
    url: '/api/v1/health',
    config: { roles: READERS },
    schema: { response: { 200: Health } },
    handler: () => healthOf(parts),
  })
  const open = { roles: SIGNED_IN, loopback: true }
  app.route({
    method: 'GET',
    url: '/healthz',
    config: open,
    schema: { hide: true },
    handler: (_request, reply) => reply.type('text/plain').send('ok\n'),
  })
  app.route({
    method: 'GET',
    url: '/readyz',
    config: open,
    schema: { hide: true },
    handler: async (_request, reply) => {
      await parts.store.size()
      return reply.type('text/plain').send('ready\n')
    },
  })
  app.route({
    method: 'GET',
    url: '/metrics',
    config: open,
    schema: { hide: true },
    handler: async (_request, reply) =>
      reply.type('text/plain; version=0.0.4').send(metricsText(await healthOf(parts))),
  })
}

async function healthOf(parts: ApiParts): Promise<Health> {
  const { store, devices, findings, flows, evidence } = parts
  const now = store.clock()
  const sensors = (await parts.sensors.list()).map((sensor) => {
    const isSilent = sensor.state === 'running' && now - sensor.heard > SILENT_AFTER
    return {
      id: sensor.id,
      site: sensor.site,
      segment: sensor.segment,
      source: sensor.source,
      state: isSilent ? ('silent' as const) : sensor.state,
      frames: sensor.frames,
      flows: sensor.flows,
      dropped: sensor.dropped,
      ...(sensor.lastPacket > 0 && { lastPacket: isoTime(sensor.lastPacket) }),
      lastHeard: isoTime(sensor.heard),
      ...(sensor.problem !== undefined && { problem: sensor.problem }),
    }
  })
  const processes = [...parts.processes()]
  const log = evidence?.health()
  const problems = problemsOf({ sensors, processes }, log?.problem?.text)
  const extent = await flows.extent()
  return {
    status: problems.length === 0 ? 'ok' : 'degraded',
    version: parts.version,
    started: isoTime(parts.started),
    sensors,
    processes,
    store: {
      ...(await store.size()),
      ...(await devices.count()),
      findings: await findings.count(),
      flows: extent.flows,
      ...(extent.from !== undefined && { flowsFrom: isoTime(extent.from) }),
      evidence: log?.entries ?? 0,
    },
    problems,
  }
}

function problemsOf(
  { sensors, processes }: Pick<Health, 'sensors' | 'processes'>,
  signing: string | undefined,
): string[] {
  const problems = sensors.flatMap(({ id, state, problem }) => {
    if (state === 'failed') return [`sensor ${id}: ${problem ?? 'it has stopped'}`]
    return state === 'silent' ? [`sensor ${id} has not been heard of for half a minute`] : []
  })
  for (const { name, state } of processes) {
    if (state !== 'running') problems.push(`the process ${name} is not running`)
  }
  if (signing) problems.push(`the evidence log is not being signed: ${signing}`)
  return problems
}

function metricsText(health: Health): string {
  const { store } = health
  const lines: string[] = []
  const gauge = (name: string, help: string, samples: readonly (readonly [string, number])[]) => {
    lines.push(`# HELP thingward_${name} ${help}`, `# TYPE thingward_${name} gauge`)
    for (const [labels, value] of samples) lines.push(`thingward_${name}${labels} ${value}`)
  }
  const one = (value: number) => [['', value] as const]
  const label = (text: string) => text.replace(/["\\\n]/g, '_')
  gauge('up', '1 when nothing needs an operator', one(health.status === 'ok' ? 1 : 0))
  gauge('devices', 'Devices known', one(store.devices))
  gauge('observations', 'Observations kept', one(store.observations))
  gauge('findings', 'Findings kept, in any state', one(store.findings))
  gauge('flows', 'Flows kept', one(store.flows))
  gauge('evidence_entries', 'Entries of the evidence log', one(store.evidence))
  gauge('store_bytes', 'Size of the store on disk', one(store.bytes))
  const sensors = (of: (sensor: Health['sensors'][number]) => number) =>
    health.sensors.map((sensor) => [`{sensor="${label(sensor.id)}"}`, of(sensor)] as const)
  gauge(
    'sensor_frames',
    'Frames read by the running sensor',
    sensors(({ frames }) => frames),
  )
  gauge(
    'sensor_dropped',
    'Frames and flows lost by the running sensor',
    sensors((s) => s.dropped),
  )
  const processes = (of: (one: Health['processes'][number]) => number) =>
    health.processes.map((one_) => [`{process="${label(one_.name)}"}`, of(one_)] as const)
  gauge(
    'process_restarts',
    'Restarts by the supervisor',
    processes(({ restarts }) => restarts),
  )
  gauge(
    'process_memory_bytes',
    'Resident memory',
    processes((p) => p.memoryBytes ?? 0),
  )
  return `${lines.join('\n')}\n`
}
