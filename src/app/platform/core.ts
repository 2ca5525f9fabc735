// Core put together: store, evidence log, accounts, API; and the bus's end that takes what sensors
// send. Everything here runs unprivileged; what parses hostile bytes runs elsewhere.
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import type { Server as TlsServer } from 'node:tls'
import type { Logger } from 'pino'
import { Door, SetupCode, Users } from '../../accounts/index.ts'
import { createServer, SITE_SETTING, type Api, type ProcessHealth } from '../../api/index.ts'
import type { SiteRequest } from '../../api/index.ts'
import { openConsole, type ConsoleFiles } from '../../console/index.ts'
import { OperatingError } from '../../core/errors.ts'
import {
  EVIDENCE_PLACES,
  EvidenceLog,
  exportEvidence,
  FileKeyRing,
  SocketSigner,
} from '../../evidence/index.ts'
import { serverIdentity } from '../../pki/index.ts'
import {
  Accounts,
  Devices,
  Findings,
  Profiles,
  Sensors,
  ParquetFlows,
  Store,
} from '../../store/index.ts'
import { Forwarder } from './forwarder.ts'
import { Ingest } from './ingest.ts'
import { segmentFinder } from './networks.ts'
import type { Hello, ObservedBatch, Taken, Welcome } from './observed.ts'

const EXPIRE_EVERY_MS = 30_000
/** How often files of a certificate are looked at; ours is renewed a month before its end. */
const RENEW_EVERY_MS = 5_000

/** How core is set up; comes over the supervisor's channel. */
export interface CoreSettings {
  /** The data folder. */
  readonly data: string
  readonly host: string
  readonly port: number
  readonly version: string
  /** Networks of the site file; those set in the console come on top. */
  readonly networks: readonly { readonly prefix: string; readonly segment: string }[]
  /** A certificate of the user's own, as files; else ours. */
  readonly certificate?: { readonly certificate: string; readonly key: string }
  /** Further names that our certificate carries. */
  readonly names: readonly string[]
  readonly logLevel: string
}

/** Microseconds of the wall clock. */
export const wallClock = (): number => Date.now() * 1000

export class Core {
  /** Where it listens. */
  readonly url: string
  /** What else it tells once: sensors are to start anew. */
  onSiteChanged: () => void = () => {}
  private readonly parts: Built
  private readonly app: Api
  private readonly timers: NodeJS.Timeout[] = []
  private certificate: string

  private constructor(parts: Built, app: Api, url: string) {
    this.certificate = parts.tls.certificate
    this.parts = parts
    this.app = app
    this.url = url
    const { findings, accounts, store } = parts
    const sweep = async () => {
      await findings.expire(store.clock())
      await accounts.sweep(store.clock())
    }
    this.every(EXPIRE_EVERY_MS, sweep)
    this.every(RENEW_EVERY_MS, () => this.renew())
  }

  /** Opens everything and listens. Rejects with OperatingErrors that say what to mend. */
  static async open(settings: CoreSettings, log: Logger): Promise<Core> {
    const built = await buildAll(settings, log)
    const { tls } = built
    let core: Core | undefined
    try {
      const app = await createServer(
        { ...built, siteChanged: () => void core?.siteChanged() },
        {
          tls: { key: tls.key, cert: tls.certificate },
          logger: log,
          console: (path, encodings) => consoleAnswer(built, path, encodings),
          ...(tls.authority !== undefined && { authority: tls.authority }),
        },
      )
      core = new Core(built, app, await listen(app, settings))
      return core
    } catch (cause) {
      await built.targets.close()
      await built.flows.close()
      await built.evidence.close()
      built.store.close()
      throw cause
    }
  }

  /** The one-time code while there is no owner; for the terminal only. */
  async setupCode(): Promise<string | undefined> {
    const { door, setup } = this.parts
    return (await door.needsSetup()) ? setup.issue() : undefined
  }

  /** What a sensor has to know before it starts. */
  async welcome(_hello: Hello): Promise<Welcome> {
    const { sensors, settings } = this.parts
    const site = await sensors.setting<SiteRequest>(SITE_SETTING)
    const all = await sensors.list()
    const networks = [...settings.networks, ...(site?.networks ?? [])]
    return {
      finished: all.filter(({ state }) => state === 'done').map(({ run }) => run),
      local: [...new Set(networks.map(({ prefix }) => prefix))],
      people: site?.people ?? false,
    }
  }

  take(batch: ObservedBatch): Promise<Taken> {
    return this.parts.ingest.take(batch)
  }

  /** What the supervisor says of the processes. */
  set processes(processes: readonly ProcessHealth[]) {
    this.parts.supervised.list = processes
  }

  /** From now on the console's files are served. */
  async serveConsole(folder: string): Promise<void> {
    this.parts.console.files = await openConsole(folder)
  }

  private async siteChanged(): Promise<void> {
    await this.parts.resegment()
    this.onSiteChanged()
  }

  /** Our certificate is renewed before it runs out; the user's own is read anew. */
  private async renew(): Promise<void> {
    const { key, certificate } = tlsOf(this.parts.settings)
    if (certificate === this.certificate) return
    this.certificate = certificate
    this.parts.log.warn('another certificate is shown from now on')
    const server = this.app.server as unknown as TlsServer
    server.setSecureContext({ key, cert: certificate, minVersion: 'TLSv1.2' })
  }

  private every(milliseconds: number, work: () => Promise<void>): void {
    const timer = setInterval(() => {
      work().catch((cause: Error) => this.parts.log.error(cause.message))
    }, milliseconds)
    timer.unref()
    this.timers.push(timer)
  }

  async close(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer)
    await this.app.close()
    await this.parts.targets.close()
    await this.parts.flows.close()
    await this.parts.evidence.close()
    this.parts.store.close()
  }
}

type Built = Awaited<ReturnType<typeof buildAll>>

/** The stores and what stands on them; and who sends their findings on. */
async function buildAll(settings: CoreSettings, log: Logger) {
  const built = await build(settings, log)
  const targets = await Forwarder.open({
    store: built.store,
    sensors: built.sensors,
    findings: built.findings,
    folder: join(settings.data, 'targets'),
    sender: { host: hostname(), version: settings.version, processId: process.pid },
    warn: (text) => log.warn(text),
  })
  return { ...built, targets }
}

async function build(settings: CoreSettings, log: Logger) {
  const { data } = settings
  const tls = tlsOf(settings)
  const database = join(data, EVIDENCE_PLACES.database)
  const store = await Store.open({ path: database, clock: wallClock })
  for (const copy of store.copies) log.warn({ copy }, 'the store was copied before it changed')
  const signer = new SocketSigner(join(data, EVIDENCE_PLACES.signer))
  const evidence = await EvidenceLog.open({
    database: store.raw,
    keys: new FileKeyRing(join(data, EVIDENCE_PLACES.keys)),
    signer,
    clock: wallClock,
    transact: (work) => store.change(async () => work()),
  })
  store.recordTo(evidence)
  const accounts = new Accounts(store)
  const setup = new SetupCode(join(data, 'setup-code'))
  const door = new Door({
    accounts,
    setupCode: setup,
    markKey: keptSecret(join(data, 'mark.key')),
    clock: wallClock,
  })
  const devices = new Devices(store)
  const findings = new Findings(store)
  const profiles = new Profiles(store)
  const flows = new ParquetFlows({
    directory: join(data, 'flows'),
    clock: wallClock,
    devicesNamed: (word) => devices.named(word),
  })
  const sensors = new Sensors(store)
  const networks = await networksOf(sensors, settings)
  const segments = { of: segmentFinder(networks) }
  const segmentOf = (address: string) => segments.of(address)
  const ingest = new Ingest({ store, findings, profiles, flows, sensors, segmentOf })
  const supervised: { list: readonly ProcessHealth[] } = { list: [] }
  const console: { files: ConsoleFiles | undefined } = { files: undefined }
  const resegment = async () => {
    segments.of = segmentFinder(await networksOf(sensors, settings))
    await devices.resegment(segments.of, 'system')
  }
  return {
    settings,
    log,
    tls,
    version: settings.version,
    started: wallClock(),
    ...{ store, accounts, setup, door, devices, findings, profiles, flows, sensors, evidence },
    users: new Users(accounts),
    ingest,
    supervised,
    console,
    resegment,
    processes: () => supervised.list,
    exportEvidence: async (file: string) => {
      await exportEvidence({ database, signer, file, clock: wallClock })
    },
  }
}

async function networksOf(sensors: Sensors, settings: CoreSettings) {
  const site = await sensors.setting<SiteRequest>(SITE_SETTING)
  return [...(site?.networks ?? []), ...settings.networks]
}

/** Our own certificate, or the files of the user. */
function tlsOf(settings: CoreSettings): { key: string; certificate: string; authority?: string } {
  const { certificate: own, data, names } = settings
  if (!own) return serverIdentity(join(data, 'tls'), namesOf(settings.host, names), Date.now())
  try {
    return {
      key: readFileSync(own.key, 'utf8'),
      certificate: readFileSync(own.certificate, 'utf8'),
    }
  } catch (cause) {
    const text = `the certificate cannot be read: ${(cause as NodeJS.ErrnoException).code}`
    throw new OperatingError('tls-files', text, { cause })
  }
}

/** What people may type: this machine's names and addresses, as far as we listen there. */
function namesOf(host: string, further: readonly string[]): string[] {
  const names = new Set(['localhost', '127.0.0.1', '::1', ...further])
  const isEverywhere = host === '0.0.0.0' || host === '::'
  if (!isEverywhere) {
    if (host !== '') names.add(host)
    return [...names]
  }
  names.add(hostname().toLowerCase())
  for (const list of Object.values(networkInterfaces())) {
    for (const { address, scopeid } of list ?? []) if (!scopeid) names.add(address)
  }
  return [...names]
}

/** 256 bits in a file that only we can read. */
function keptSecret(path: string): string {
  if (!existsSync(path)) {
    writeFileSync(path, randomBytes(32).toString('base64url'), { mode: 0o600 })
    chmodSync(path, 0o600)
  }
  return readFileSync(path, 'utf8')
}

async function listen(app: Api, { host, port }: CoreSettings): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why = code === 'EADDRINUSE' ? 'the port is taken' : (code ?? 'unknown')
    const text = `cannot listen on ${host}:${port}: ${why}; take another one with --listen`
    throw new OperatingError('listen', text, { cause })
  }
  const { port: actual } = app.server.address() as AddressInfo
  const isLocal = ['127.0.0.1', '::1', '0.0.0.0', '::', 'localhost'].includes(host)
  const name = isLocal ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `https://${name}:${actual}`
}

const WAITING = Buffer.from(
  '<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="3">' +
    '<title>Thingward</title><p>The console is being built; this page tries again by itself.</p>',
)

function consoleAnswer({ console: { files } }: Built, path: string, encodings: string) {
  if (files) return files.answer(path, encodings)
  if (path !== '/') return undefined
  return { headers: { 'content-type': 'text/html; charset=utf-8' }, body: WAITING }
}
