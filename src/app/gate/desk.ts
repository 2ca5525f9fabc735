// What a person does with a gate: look, apply, hold, cut off, open, go back. Whatever changes the
// kernel stands in the journal first, with who said so.
import { OperatingError } from '../../core/errors.ts'
import {
  Gate,
  NftablesDriver,
  OPEN_SECONDS_MAX,
  type Driver,
  type GateDevice,
  type GatePolicy,
  type Preview,
} from '../../enforce/index.ts'
import type { Phase } from '../../policy/index.ts'
import { keyOf } from './devices.ts'
import { gather, type Gathered } from './gathering.ts'
import { GateFolder, type GateSettings, type GateState, type Quarantine } from './state.ts'
import { statusOf, type GateStatus } from './status.ts'

/** Who, where, and through what. */
export interface DeskOptions {
  /** The data folder; the gate's lies in it. */
  readonly data: string
  readonly by: string
  readonly driver: Driver
}

/** What a preview or a change says. */
export interface GateAnswer extends Preview {
  readonly policy: GatePolicy
  readonly problems: readonly string[]
  readonly version: number
}

const seconds = () => Math.floor(Date.now() / 1000)

/** Changes throw OperatingErrors; then nothing was changed in the kernel. */
export class GateDesk {
  private readonly by: string
  private readonly driver: Driver
  private readonly gate: Gate
  private readonly folder: GateFolder

  constructor({ data, by, driver }: DeskOptions) {
    this.by = by
    this.driver = driver
    this.gate = new Gate(driver)
    this.folder = new GateFolder(data)
  }

  /** What `apply` would do; settings that are not given are those of last time. */
  async preview(given: Partial<GateSettings>): Promise<GateAnswer> {
    const state = this.folder.read()
    const gathered = await this.gather(settingsFrom(given, state), state)
    const preview = await this.gate.preview(gathered.policy)
    return { ...preview, ...gathered, version: state.version }
  }

  apply(given: Partial<GateSettings>): Promise<GateAnswer> {
    return this.changing(async (state) => {
      const settings = settingsFrom(given, state)
      const gathered = await this.gather(settings, state)
      return this.bring({ ...state, settings }, gathered, 'apply')
    })
  }

  /** A person's word on one device, or all; the rules follow at once. */
  phase(device: string, phase: Phase, isConfirmed: boolean): Promise<GateAnswer> {
    return this.changing(async (state) => {
      const settings = settingsFrom({}, state)
      const { policy } = await this.gather(settings, state)
      const word = { phase, confirmed: isConfirmed, by: this.by, at: seconds() }
      const chosen = device === 'all' ? policy.devices : [oneOf(policy.devices, device)]
      const phases = Object.fromEntries(chosen.map((one) => [keyOf(one.device), word]))
      const next = { ...state, phases: { ...state.phases, ...phases } }
      return this.bring(next, await this.gather(settings, next), `phase ${device} ${phase}`)
    })
  }

  /** Back to the version before this one, with its phases and profiles as they were. */
  rollback(): Promise<GateAnswer> {
    return this.changing(async (state) => {
      const before = this.folder.versions().filter((number) => number < state.version)
      const target = before.at(-1)
      if (target === undefined) {
        throw new OperatingError('no-version', 'there is no version before this one')
      }
      const policy = this.folder.version(target)
      const phases = Object.fromEntries(
        policy.devices.map(({ device, phase, isConfirmed = false }) => [
          keyOf(device),
          { phase, confirmed: isConfirmed, by: this.by, at: seconds() },
        ]),
      )
      const next = { ...state, phases }
      return this.bring(next, { policy, problems: [] }, `roll back to version ${target}`)
    })
  }

  /** Cuts a device off both ways, established flows too. A MAC need not be known. */
  quarantine(device: string, reason: string, forSeconds: number | undefined): Promise<Quarantine> {
    return this.changing(async (state) => {
      const { macs, name, policy } = await this.known(device, state)
      const at = seconds()
      const cut: Quarantine = {
        macs,
        name,
        reason,
        by: this.by,
        at,
        ...(forSeconds !== undefined && { until: at + forSeconds }),
      }
      this.note('quarantine', `${name} (${macs.join(', ')}): ${reason}`)
      await this.gate.quarantine(macs, policy.ports, forSeconds)
      this.folder.write({ ...state, quarantine: [...without(state.quarantine, macs), cut] })
      return cut
    })
  }

  release(device: string): Promise<readonly string[]> {
    return this.changing(async (state) => {
      const byName = state.quarantine.find(({ name, macs }) => [name, ...macs].includes(device))
      const macs = byName?.macs ?? (await this.known(device, state)).macs
      this.note('release', `${device} (${macs.join(', ')})`)
      await this.gate.release(macs)
      this.folder.write({ ...state, quarantine: without(state.quarantine, macs) })
      return macs
    })
  }

  /** Everything passes but quarantine and one-way segments; answers until when. */
  openAll(reason: string, forSeconds: number): Promise<number> {
    return this.changing(async (state) => {
      const policy = await this.last(state)
      const lan = policy.segments.map((segment) => segment.interface)
      if (forSeconds > OPEN_SECONDS_MAX) {
        throw new OperatingError('open-too-long', 'open at most 24 hours; it can be said again')
      }
      const until = seconds() + forSeconds
      this.note('open-all', `${forSeconds} s: ${reason}`)
      await this.gate.openAll(lan, forSeconds)
      this.folder.write({ ...state, open: { until, reason, by: this.by, at: seconds() } })
      return until
    })
  }

  close(): Promise<void> {
    return this.changing(async (state) => {
      this.note('close')
      await this.gate.closeAll()
      const { open: _ended, ...rest } = state
      this.folder.write(rest)
    })
  }

  async status(): Promise<GateStatus> {
    const state = await this.withoutEnded()
    return statusOf(this.driver, { state, policy: this.kept(state), now: seconds() })
  }

  private gather(settings: GateSettings, state: GateState): Promise<Gathered> {
    return gather(settings, { state, names: this.kept(state)?.names })
  }

  private async bring(state: GateState, gathered: Gathered, what: string): Promise<GateAnswer> {
    const version = state.version + 1
    this.note(what, `version ${version}`)
    // Kept before it stands: whatever stands can be told, and gone back to.
    this.folder.keep(version, gathered.policy)
    const preview = await this.gate.apply(gathered.policy)
    this.folder.write({ ...state, version, appliedAt: seconds() })
    await this.restore(state, gathered.policy)
    return { ...preview, ...gathered, version }
  }

  /** After a restart of the machine the kernel has forgotten: what still holds is cut off again. */
  private async restore({ quarantine }: GateState, { ports }: GatePolicy): Promise<void> {
    const there = new Set((await this.driver.cuts()).map(({ mac }) => mac))
    for (const { macs, until } of quarantine) {
      const left = until === undefined ? undefined : until - seconds()
      const missing = macs.filter((mac) => !there.has(mac))
      if (missing.length === 0 || (left !== undefined && left <= 0)) continue
      await this.gate.quarantine(missing, ports, left)
    }
  }

  /** As applied, whatever has become of the folder of profiles: in an emergency that must do. */
  private async last(state: GateState): Promise<GatePolicy> {
    return this.kept(state) ?? (await this.gather(settingsFrom({}, state), state)).policy
  }

  private kept({ version }: GateState): GatePolicy | undefined {
    return this.folder.versions().includes(version) ? this.folder.version(version) : undefined
  }

  private async known(device: string, state: GateState) {
    const policy = await this.last(state)
    const isMac = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(device)
    const mac = device.toLowerCase()
    const found = policy.devices.find((one) => isNamed(one, isMac ? mac : device))
    if (!found && isMac) return { macs: [mac], name: mac, policy }
    const { macs, name } = (found ?? oneOf(policy.devices, device)).device
    if (macs.length > 0) return { macs: [...macs], name, policy }
    const what = `${name} has no MAC here: it is behind a router, cut it off there`
    throw new OperatingError('no-mac', what)
  }

  private note(what: string, detail?: string): void {
    this.folder.journal({ at: seconds(), by: this.by, what, ...(detail && { detail }) })
  }

  private changing<Result>(step: (state: GateState) => Promise<Result>): Promise<Result> {
    return this.folder.locked(async () => step(await this.putAway(this.folder.read())))
  }

  /** The state, for reading; while another process changes it, with what has ended. */
  private async withoutEnded(): Promise<GateState> {
    const state = this.folder.read()
    if (ended(state).length === 0) return state
    try {
      return await this.changing((now) => Promise.resolve(now))
    } catch (error) {
      if (error instanceof OperatingError && error.code === 'gate-busy') return state
      throw error
    }
  }

  /** Quarantine that is over leaves the state; the kernel's word counts, not the clock alone. */
  private async putAway(state: GateState): Promise<GateState> {
    const candidates = ended(state)
    if (candidates.length === 0) return state
    const there = new Set((await this.driver.cuts()).map(({ mac }) => mac))
    const gone = candidates.filter(({ macs }) => !macs.some((mac) => there.has(mac)))
    if (gone.length === 0) return state
    const names = gone.map(({ name, macs }) => `${name} (${macs.join(', ')})`)
    this.note('quarantine ended', names.join('; '))
    const next = { ...state, quarantine: state.quarantine.filter((one) => !gone.includes(one)) }
    this.folder.write(next)
    return next
  }
}

/** The gate of this machine, through nftables. */
export const openGate = (data: string, by: string): GateDesk =>
  new GateDesk({ data, by, driver: new NftablesDriver() })

const ended = ({ quarantine }: GateState) =>
  quarantine.filter(({ until }) => until !== undefined && until <= seconds())

const without = (list: readonly Quarantine[], macs: readonly string[]) =>
  list.filter((one) => !one.macs.some((mac) => macs.includes(mac)))

const isNamed = ({ device }: GateDevice, text: string) =>
  device.name === text ||
  device.id === text ||
  device.macs.includes(text) ||
  device.addresses.includes(text)

function oneOf(devices: readonly GateDevice[], text: string): GateDevice {
  const found = devices.filter((one) => isNamed(one, text))
  if (found.length === 1) return found[0]
  const names = devices.slice(0, 8).map(({ device }) => device.name)
  const more = devices.length > 8 ? ', …' : ''
  const what =
    found.length > 1
      ? `'${text}' are ${found.length} devices: say its MAC`
      : `no device '${text}'; known are ${names.join(', ') || 'none'}${more}`
  throw new OperatingError('no-device', what)
}

/** Given, else as last time. Throws an OperatingError when interfaces were never named. */
export function settingsFrom(given: Partial<GateSettings>, { settings }: GateState): GateSettings {
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const merged = { ...DEFAULTS, ...settings, ...said }
  if (merged.lan.length > 0 && merged.wan.length > 0) return merged
  const what =
    'where does the gate stand? Name the interface of the things and the one that leads ' +
    'outside: thingward gate apply --lan eth1 --wan eth0'
  throw new OperatingError('gate-interfaces', what)
}

const DEFAULTS: GateSettings = {
  lan: [],
  wan: [],
  newDevices: 'allow',
  industrial: [],
  oneWay: [],
  local: [],
  resolve: false,
}
