// The platform as one thing: what is started with which rights, what follows from what they say,
// and how it is stopped.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { OperatingError } from '../../core/errors.ts'
import { EVIDENCE_PLACES, SIGNER_PROGRAM } from '../../evidence/index.ts'
import type { CoreSettings } from './core.ts'
import { holdFolder } from './data-folder.ts'
import type { SensorSettings } from './observed.ts'
import type { PlatformSettings } from './settings.ts'
import { programOf, Supervisor, type ChildPlan, type ChildWords } from './supervisor.ts'

/** What the person who started it is told. */
export interface PlatformNews {
  readonly url: string
  /** Present while there is no owner yet. */
  readonly setupCode?: string
}

/** Hears of problems, in words for a person. */
export type Say = (text: string) => void

/** A running platform. */
export interface Platform extends PlatformNews {
  stop(): Promise<void>
}

/**
 * Starts everything; resolves once the console can be reached. Rejects with OperatingErrors, and
 * leaves nothing running.
 */
export async function startPlatform(
  settings: PlatformSettings,
  version: string,
  say: Say,
): Promise<Platform> {
  for (const { read } of settings.sensors) {
    if (read !== undefined && !existsSync(read)) {
      throw new OperatingError('unreadable', `${read}: there is no such file`)
    }
  }
  const folder = await holdFolder(settings.data)
  const supervisor = new Supervisor()
  const sensors = settings.sensors.map(({ id }) => id)
  const stop = async () => {
    await supervisor.stop([...sensors, 'console', 'core', 'signer'])
    folder.release()
  }
  try {
    await supervisor.start(signerPlan(settings))
    const core = corePlan(settings, version)
    const words = await supervisor.start(core)
    if (words.failed) throw new OperatingError(words.failed.code, words.failed.message)
    if (!words.ready) throw new OperatingError('process-start', 'core did not say where it listens')
    // Started again, it is found where it was.
    const port = Number(new URL(words.ready.url).port || 443)
    supervisor.restartWith('core', { ...core.start, port })
    const heard: Heard = { supervisor, sensors, say, said: new Map() }
    supervisor.onWords = (name, said) => hear(heard, name, said)
    supervisor.build(consolePlan())
    for (const sensor of settings.sensors) supervisor.launch(sensorPlan(sensor))
    supervisor.look()
    return { ...words.ready, stop }
  } catch (cause) {
    await stop()
    throw cause
  }
}

interface Heard {
  readonly supervisor: Supervisor
  readonly sensors: readonly string[]
  readonly say: Say
  /** What each process complained of last. */
  readonly said: Map<string, string>
}

function hear({ supervisor, sensors, say, said }: Heard, name: string, words: ChildWords): void {
  const problem = words.problem ?? words.failed?.message
  // A process that starts again and again need not repeat itself.
  if (problem !== undefined && said.get(name) !== problem) say(`${name}: ${problem}`)
  if (problem !== undefined) said.set(name, problem)
  if (words.restart === 'sensors') for (const sensor of sensors) supervisor.renew(sensor)
  if (words.console !== undefined) supervisor.keepTelling('core', { console: words.console })
  if (!words.ready) return
  // Core has come back: what it may have lost is sent again.
  for (const to of sensors) {
    supervisor.tell(to, { bus: { to, from: 'core', id: '', kind: 'core-up', body: null } })
  }
  supervisor.look()
}

const signerPlan = ({ data }: PlatformSettings): ChildPlan => ({
  name: 'signer',
  program: SIGNER_PROGRAM,
  words: [join(data, EVIDENCE_PLACES.signer)],
})

function corePlan(settings: PlatformSettings, version: string): ChildPlan {
  const { data, host, port, networks, names, certificate, logLevel } = settings
  const start: CoreSettings = {
    data,
    host,
    port,
    version,
    networks,
    names,
    logLevel,
    ...(certificate && { certificate }),
  }
  return { name: 'core', program: programOf('core-process'), start }
}

/** Reads what is hostile: may read files and start tcpdump, may write nothing. */
const sensorPlan = (sensor: SensorSettings): ChildPlan => ({
  name: sensor.id,
  program: programOf('sensor-process'),
  flags: [
    '--permission',
    '--allow-fs-read=*',
    ...(sensor.interface === undefined ? [] : ['--allow-child-process']),
    '--disable-warning=SecurityWarning',
  ],
  start: sensor,
})

const consolePlan = (): ChildPlan => ({ name: 'console', program: programOf('console-process') })
