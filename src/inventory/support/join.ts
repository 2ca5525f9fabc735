// Which device is supported for how long: the most exact row of the table that fits what is known
// of maker, model and firmware.
import { DAY, type Microseconds } from '../../core/clock.ts'
import { makerOf } from '../tables/makers.ts'
import type { ObservedDevice } from '../documented/observed.ts'
import type { DocumentedDevice } from '../documented/record.ts'
import type { SupportRow } from './table.ts'

/** What is known of a device, with where it is known from. */
export interface SupportedThing {
  readonly manufacturer: string
  readonly model: string
  readonly firmware: string
}

/**
 * `ended`: support is over. `ending`: within the time asked for. `unsold`: sold no more, date of
 * support unknown or far. `supported`: a row says so. `unknown`: no row fits.
 */
export type SupportState = 'ended' | 'ending' | 'unsold' | 'supported' | 'unknown'

export interface DeviceSupport {
  readonly device: ObservedDevice
  readonly thing: SupportedThing
  readonly state: SupportState
  /** Whole days until support ends; negative when it has; NaN when nobody says. */
  readonly daysLeft: number
  readonly row?: SupportRow
}

/** When it is asked, and how far ahead counts as `ending`; microseconds, days. */
export interface SupportQuestion {
  readonly now: Microseconds
  readonly withinDays: number
}

const BELIEVED = 0.3

/** What traffic says of a device, completed by what a list says where traffic is silent. */
export function thingOf(device: ObservedDevice, documented?: DocumentedDevice): SupportedThing {
  const seen = (name: 'manufacturer' | 'model' | 'firmware') => {
    const attribute = device.attributes[name]
    return attribute && attribute.confidence >= BELIEVED ? attribute.value : ''
  }
  return {
    manufacturer: seen('manufacturer') || (documented?.manufacturer ?? ''),
    model: seen('model') || (documented?.model ?? ''),
    firmware: seen('firmware') || (documented?.firmware ?? ''),
  }
}

/** Joins; those whose support ended first come first, unknown ones last. */
export function joinSupport(
  things: readonly { readonly device: ObservedDevice; readonly thing: SupportedThing }[],
  rows: readonly SupportRow[],
  question: SupportQuestion,
): DeviceSupport[] {
  const finder = new RowFinder(rows)
  const answers = things.map(({ device, thing }) => {
    const row = finder.find(thing)
    return { device, thing, ...stateOf(row, question), ...(row && { row }) }
  })
  const rank = ({ daysLeft, state }: DeviceSupport) =>
    state === 'unknown' ? Infinity : Number.isNaN(daysLeft) ? Number.MAX_VALUE : daysLeft
  return answers.toSorted((one, other) => {
    const [a, b] = [rank(one), rank(other)]
    return a === b ? 0 : a - b
  })
}

function stateOf(row: SupportRow | undefined, { now, withinDays }: SupportQuestion) {
  if (!row) return { state: 'unknown' as const, daysLeft: NaN }
  const daysLeft = Math.floor((row.endOfSupport - now) / DAY)
  if (row.endOfSupport < now) return { state: 'ended' as const, daysLeft }
  if (daysLeft <= withinDays) return { state: 'ending' as const, daysLeft }
  return { state: row.endOfSale < now ? ('unsold' as const) : ('supported' as const), daysLeft }
}

const words = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}*]+/gu, ' ')
    .trim()

interface Prepared {
  readonly row: SupportRow
  readonly model: RegExp
  readonly firmware: RegExp | undefined
  /** How much a fit says: letters that are not *. */
  readonly exactness: number
}

/** Rows by maker, so that a table of thousands is not walked for each device. */
class RowFinder {
  private readonly byMaker: ReadonlyMap<string, readonly Prepared[]>

  constructor(rows: readonly SupportRow[]) {
    this.byMaker = Map.groupBy(rows.map(prepare), ({ row }) => makerKey(row.manufacturer))
  }

  find({ manufacturer, model, firmware }: SupportedThing): SupportRow | undefined {
    const own = manufacturer === '' ? [] : (this.byMaker.get(makerKey(manufacturer)) ?? [])
    const anybodys = this.byMaker.get('') ?? []
    const fits = [...own, ...anybodys].filter(
      (one) =>
        one.model.test(words(model)) && (!one.firmware || one.firmware.test(words(firmware))),
    )
    return fits.toSorted((one, other) => other.exactness - one.exactness)[0]?.row
  }
}

const makerKey = (name: string): string =>
  name === '' ? '' : words(makerOf(name).name).replaceAll(' ', '')

function prepare(row: SupportRow): Prepared {
  const letters = `${row.model}${row.firmware}`.replaceAll('*', '').length
  return {
    row,
    // A model of its own text also fits with more behind it: 'P3245' and 'P3245-LV'.
    model: pattern(row.model, row.model !== ''),
    firmware: row.firmware === '' ? undefined : pattern(row.firmware, false),
    exactness: letters + (row.firmware === '' ? 0 : 0.5),
  }
}

function pattern(text: string, isOpen: boolean): RegExp {
  if (text === '') return /^/
  const parts = words(text)
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`(^|\\s)${parts.join('.*')}${isOpen ? '(\\s|$)' : '$'}`, 'u')
}
