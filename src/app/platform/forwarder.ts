// Findings of the store on their way to targets: reads the store's outgoing messages, which commit
// with the findings, from where it stopped; so none is missed by a crash, and some come twice.
import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TargetCreated, TargetDesk, TargetItem, TargetRequest } from '../../api/index.ts'
import { isoTime } from '../../core/clock.ts'
import { OperatingError } from '../../core/errors.ts'
import {
  Courier,
  loadForms,
  Outbox,
  syslogDestination,
  webhookDestination,
  type Destination,
  type Form,
  type Sender,
} from '../../export/index.ts'
import { severityRank, type Severity } from '../../finding/index.ts'
import { freshId, type Findings, type Sensors, type Store } from '../../store/index.ts'

const SETTING = 'targets'
const POSITION = 'targets.position'
const TARGETS_MAX = 16
const BATCH = 500
const REMEMBERED_MAX = 20_000
const CLOSE_MS = 1000

interface TargetSetting extends TargetRequest {
  readonly id: string
  readonly created: number
}

/** What a forwarder stands on; `folder` is its own, with queues and secrets. */
export interface ForwarderParts {
  readonly store: Store
  readonly sensors: Sensors
  readonly findings: Findings
  readonly folder: string
  readonly sender: Sender
  warn(text: string): void
}

interface Running {
  readonly setting: TargetSetting
  readonly courier: Courier
}

export class Forwarder implements TargetDesk {
  private readonly parts: ForwarderParts
  private readonly forms: readonly Form[]
  private readonly running = new Map<string, Running>()
  /** Rank that was told of a finding last. */
  private readonly told = new Map<string, number>()
  private readonly stopListening: () => void
  private position = 0
  private pumping: Promise<void> | undefined
  private again = false
  private isClosed = false

  private constructor(parts: ForwarderParts, forms: readonly Form[]) {
    this.parts = parts
    this.forms = forms
    this.stopListening = parts.store.listen(({ kind }) => {
      if (kind === 'finding') this.pump()
    })
  }

  /** Opens the targets that are set; one that cannot be opened is said and left out. */
  static async open(parts: ForwarderParts): Promise<Forwarder> {
    const forwarder = new Forwarder(parts, await loadForms())
    const settings = (await parts.sensors.setting<TargetSetting[]>(SETTING)) ?? []
    forwarder.position =
      (await parts.sensors.setting<number>(POSITION)) ?? (await forwarder.newest())
    for (const setting of settings) {
      await forwarder.start(setting).catch((cause: Error) => parts.warn(cause.message))
    }
    forwarder.pump()
    return forwarder
  }

  list(): TargetItem[] {
    return [...this.running.values()].map(itemOf)
  }

  async add(request: TargetRequest, by: string): Promise<TargetCreated> {
    if (this.running.size >= TARGETS_MAX) {
      throw new OperatingError('too-many', `at most ${TARGETS_MAX} targets`)
    }
    const created = this.parts.store.clock()
    const setting = { ...request, id: freshId('x'), created }
    const secret = request.kind === 'webhook' ? this.freshSecret(setting.id) : undefined
    if (this.running.size === 0) await this.move(await this.newest())
    try {
      await this.start(setting)
    } catch (cause) {
      rmSync(this.secretPath(setting.id), { force: true })
      throw cause
    }
    await this.save({ kind: 'target.added', by, setting })
    const target = itemOf(this.running.get(setting.id)!)
    return { target, ...(secret !== undefined && { secret }) }
  }

  async remove(id: string, by: string): Promise<boolean> {
    const found = this.running.get(id)
    if (!found) return false
    this.running.delete(id)
    await this.save({ kind: 'target.removed', by, setting: found.setting })
    await found.courier.close(0)
    rmSync(this.secretPath(id), { force: true })
    rmSync(this.queuePath(id), { recursive: true, force: true })
    return true
  }

  /** Waits a moment for delivery; what is left waits on disk. */
  async close(): Promise<void> {
    this.isClosed = true
    this.stopListening()
    await this.pumping
    await Promise.all([...this.running.values()].map(({ courier }) => courier.close(CLOSE_MS)))
  }

  private secretPath(id: string): string {
    return join(this.parts.folder, 'secrets', id)
  }

  private queuePath(id: string): string {
    return join(this.parts.folder, id)
  }

  private freshSecret(id: string): string {
    const secret = `whsec_${randomBytes(32).toString('base64')}`
    mkdirSync(join(this.parts.folder, 'secrets'), { recursive: true, mode: 0o700 })
    writeFileSync(this.secretPath(id), secret, { mode: 0o600, flag: 'wx' })
    return secret
  }

  private async start(setting: TargetSetting): Promise<void> {
    const { target } = await this.destination(setting)
    const outbox = await Outbox.open(this.queuePath(setting.id))
    this.running.set(setting.id, { setting, courier: new Courier({ outbox, target }) })
  }

  /** No path of this machine is read for what came over the network. */
  private destination({ id, kind, url, ca }: TargetSetting): Promise<Destination> {
    if (/[?&#](ca|cert|key)=/.test(url)) {
      throw new OperatingError('bad-target', 'give an authority as text, not as a file')
    }
    const read = async () => Buffer.from(ca ?? '')
    const parts = { forms: this.forms, sender: this.parts.sender, read }
    if (kind === 'syslog') {
      const mark = url.includes('?') ? '&' : '?'
      return syslogDestination(ca === undefined ? url : `${url}${mark}ca=given`, parts)
    }
    const mark = url.includes('#') ? '&' : '#'
    const file = this.secretPath(id)
    const secret = { file, text: readFileSync(file, 'utf8') }
    return webhookDestination(ca === undefined ? url : `${url}${mark}ca=given`, secret, parts)
  }

  private async save(what: {
    readonly kind: 'target.added' | 'target.removed'
    readonly by: string
    readonly setting: TargetSetting
  }): Promise<void> {
    const { store, sensors } = this.parts
    const { kind, by, setting } = what
    const settings = [...this.running.values()].map((one) => one.setting)
    await store.change(async (change) => {
      await sensors.set(change, SETTING, settings)
      const facts = { kind: setting.kind, least: setting.least }
      const subject = `target:${setting.id}`
      change.record({ kind, actor: by, subject, at: change.now, facts })
    })
  }

  private async newest(): Promise<number> {
    const { read } = this.parts.store
    const row = await read
      .selectFrom('outgoing')
      .select(({ fn }) => fn.max('sequence').as('sequence'))
      .executeTakeFirst()
    return Number(row?.sequence ?? 0)
  }

  /** Sends what has come since; one at a time, and once more when something came meanwhile. */
  private pump(): void {
    if (this.running.size === 0 || this.isClosed) return
    this.again = true
    this.pumping ??= this.work()
      .catch((cause: Error) => this.parts.warn(`findings are not sent on: ${cause.message}`))
      .finally(() => (this.pumping = undefined))
  }

  private async work(): Promise<void> {
    while (this.again && !this.isClosed) {
      this.again = false
      const messages = await this.parts.store.outgoingAfter(this.position, BATCH)
      if (messages === undefined) {
        this.parts.warn('findings of long ago are no longer kept: not all were sent on')
        await this.move(await this.newest())
        continue
      }
      for (const { kind, payload, sequence } of messages) {
        if (kind === 'finding') await this.offer(payload, sequence)
      }
      const last = messages.at(-1)
      if (!last) continue
      if (messages.length === BATCH) this.again = true
      // Only what lies in the queues on disk is behind us.
      await Promise.all([...this.running.values()].map(({ courier }) => courier.written()))
      await this.move(last.sequence)
    }
  }

  private async move(position: number): Promise<void> {
    this.position = position
    const { store, sensors } = this.parts
    await store.change((change) => sensors.set(change, POSITION, position))
  }

  /** A finding that is new, or worse than it was; what merely grows is not told again. */
  private async offer(payload: object, sequence: number): Promise<void> {
    const { id, severity, change } = payload as {
      id: string
      severity: Severity
      change: 'new' | 'changed'
    }
    const rank = severityRank(severity)
    const before = this.told.get(id)
    if (this.told.size >= REMEMBERED_MAX) this.told.clear()
    this.told.set(id, rank)
    if (change !== 'new' && (before === undefined || rank <= before)) return
    const stored = await this.parts.findings.get(id)
    if (!stored || stored.state !== 'open') return
    const kind = change === 'new' ? 'finding.opened' : 'finding.updated'
    const at = this.parts.store.clock()
    const message = { id: `${id}.${sequence}`, at, kind, finding: stored.finding } as const
    for (const { setting, courier } of this.running.values()) {
      if (rank >= severityRank(setting.least)) courier.offer(message)
    }
  }
}

function itemOf({ setting, courier }: Running): TargetItem {
  const { target, ...health } = courier.health()
  const { id, kind, least, created } = setting
  return { id, kind, name: target, least, created: isoTime(created), health }
}
