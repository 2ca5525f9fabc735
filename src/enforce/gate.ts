// One gate: a policy brought to bear by a driver; quarantine and 'open all' beside it. Knows what
// it brought in last, so that a change of one device does not read the kernel again.
import { OperatingError } from '../core/errors.ts'
import { TABLE } from './base-text.ts'
import { changeOf, standingOf, type Change, type Standing } from './change.ts'
import { cutLines, cutText, QUARANTINE_SET } from './cut-text.ts'
import type { Driver } from './driver.ts'
import type { GateLoss, GatePolicy } from './gate-policy.ts'
import { Compilation, type Ruleset } from './ruleset.ts'
import type { Hold } from './profile-text.ts'
import { macText, parseMac } from '../core/addresses.ts'

/** What a policy would change, and what this gate can not hold of it. */
export interface Preview {
  readonly change: Change
  readonly losses: readonly GateLoss[]
  /** How each device is held, by its id; those absent pass. */
  readonly held: ReadonlyMap<string, Hold>
}

/** Seconds of `open all`, at most: longer is no emergency. */
export const OPEN_SECONDS_MAX = 86_400

/**
 * Everything that changes the kernel goes through one of these, one at a time. Methods throw
 * OperatingErrors of the driver; what fails has changed nothing.
 */
export class Gate {
  private readonly driver: Driver
  private readonly compilation = new Compilation()
  private standing: Standing | undefined
  private queue: Promise<unknown> = Promise.resolve()

  constructor(driver: Driver) {
    this.driver = driver
  }

  /** Against what is in the kernel now. */
  async preview(policy: GatePolicy): Promise<Preview> {
    const ruleset = this.compilation.compile(policy)
    return previewOf(await this.driver.standing(), ruleset)
  }

  /** Brings a policy in as one transaction; answers what that changed. */
  apply(policy: GatePolicy): Promise<Preview> {
    return this.inTurn(async () => {
      const ruleset = this.compilation.compile(policy)
      const isFirst = this.standing === undefined
      const before = this.standing ?? (await this.driver.standing())
      const preview = previewOf(before, ruleset)
      try {
        await this.bring(preview.change, policy)
      } catch (error) {
        // What we remembered may be wrong: somebody else has changed our table.
        this.standing = undefined
        if (isFirst || !isRefusal(error)) throw error
        const again = previewOf(await this.driver.standing(), ruleset)
        await this.bring(again.change, policy)
      }
      this.standing = standingOf(ruleset)
      return preview
    })
  }

  /**
   * Cuts MACs off, for so many seconds or until released; works before any policy stands.
   * Established flows end too.
   */
  quarantine(
    macs: readonly string[],
    ports: readonly string[],
    seconds: number | undefined,
  ): Promise<void> {
    return this.inTurn(async () => {
      const { cut } = await this.driver.standing()
      const end = seconds === undefined ? '' : ` timeout ${whole(seconds)}s`
      // An element that is there keeps its time-out: it has to go first.
      const lines = checked(macs).flatMap((mac) => [
        ...elementAway(mac),
        `add element netdev ${TABLE} ${QUARANTINE_SET} { ${mac}${end} }`,
      ])
      await this.driver.apply(`${[...cutLines(cutText(ports), cut), ...lines].join('\n')}\n`)
      if (this.standing)
        this.standing = { ...this.standing, cut: (await this.driver.standing()).cut }
    })
  }

  release(macs: readonly string[]): Promise<void> {
    return this.inTurn(async () => {
      const there = new Set((await this.driver.cuts()).map(({ mac }) => mac))
      const lines = checked(macs)
        .filter((mac) => there.has(mac))
        .map((mac) => `delete element netdev ${TABLE} ${QUARANTINE_SET} { ${mac} }`)
      if (lines.length > 0) await this.driver.apply(`${lines.join('\n')}\n`)
    })
  }

  /** Lets everything pass but quarantine and one-way segments; the kernel closes it by itself. */
  openAll(interfaces: readonly string[], seconds: number): Promise<void> {
    return this.inTurn(async () => {
      if (!(seconds > 0 && seconds <= OPEN_SECONDS_MAX)) {
        throw new OperatingError('open-too-long', `open at most ${OPEN_SECONDS_MAX} seconds`)
      }
      await this.driver.apply(openLines(new Map(interfaces.map((name) => [name, seconds]))))
    })
  }

  closeAll(): Promise<void> {
    return this.inTurn(() => this.driver.apply(`flush set inet ${TABLE} open\n`))
  }

  /** A new table begins with nothing open: what is left of it is brought over. */
  private async bring(change: Change, { segments }: GatePolicy): Promise<void> {
    const open = change.isWhole ? await this.driver.open() : new Map<string, number>()
    const kept = [...open].filter(
      ([name, seconds]) => seconds > 0 && segments.some((one) => one.interface === name),
    )
    await this.driver.apply(change.text + (kept.length > 0 ? openLines(new Map(kept)) : ''))
  }

  private inTurn<Result>(step: () => Promise<Result>): Promise<Result> {
    const next = this.queue.then(step, step)
    this.queue = next.catch(() => undefined)
    return next
  }
}

const previewOf = (standing: Standing, ruleset: Ruleset): Preview => ({
  change: changeOf(standing, ruleset),
  losses: ruleset.losses,
  held: ruleset.held,
})

const isRefusal = (error: unknown) =>
  error instanceof OperatingError && error.code === 'nft-refused'

const whole = (seconds: number) => Math.max(1, Math.ceil(seconds))

const elementAway = (mac: string) => [
  `add element netdev ${TABLE} ${QUARANTINE_SET} { ${mac} }`,
  `delete element netdev ${TABLE} ${QUARANTINE_SET} { ${mac} }`,
]

function openLines(interfaces: ReadonlyMap<string, number>): string {
  const lines = [...interfaces].flatMap(([name, seconds]) => [
    `add element inet ${TABLE} open { "${name}" }`,
    `delete element inet ${TABLE} open { "${name}" }`,
    `add element inet ${TABLE} open { "${name}" timeout ${whole(seconds)}s }`,
  ])
  return `${lines.join('\n')}\n`
}

function checked(macs: readonly string[]): string[] {
  return macs.map((mac) => {
    const text = macText(parseMac(mac))
    if (text === '') throw new OperatingError('no-mac', `'${mac.slice(0, 40)}' is not a MAC`)
    return text
  })
}
