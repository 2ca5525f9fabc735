// Which bounds a run has met, and what that cost: no silent cap anywhere.
import { LIMITS, type TableLimits } from '../core/limits.ts'
import type { Watch } from './watch.ts'

/** A bound that was met during the run, as the output declares it. */
export interface LimitMet {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** How often it was met: flows evicted, look-ups refused … */
  readonly dropped: number
  /** What is missing from the output because of it. */
  readonly effect: string
}

/** Only bounds that were met. */
export function limitsMet(watch: Watch, tables: TableLimits): LimitMet[] {
  const { sensor, inventory, detection, learner } = watch
  const { application } = sensor.flows
  const all: LimitMet[] = [
    met(tables.flows, sensor.flows.evicted, 'flows ended early, counted in full up to then'),
    met(tables.endpoints, sensor.endpoints.overflow, 'flows whose addresses are not told apart'),
    met(tables.addresses6, sensor.addresses.overflow, 'IPv6 addresses that are not told apart'),
    met(
      tables.conversations,
      learner.conversations.overflow + learner.conversations.collapsed,
      'flows that profiles do not know in full',
    ),
    met(
      LIMITS.attempts,
      (learner.attempts?.overflow ?? 0) + (learner.attempts?.collapsed ?? 0),
      'attempts in vain whose peers verdicts do not know',
    ),
    met(LIMITS.streamsFollowed, application.unfollowed, 'flows whose messages were not read whole'),
    met(LIMITS.streamMemory, application.memory.refused, 'messages over several segments not read'),
    ...inventory.limitsMet().map(({ name, value, dropped }) => ({
      name,
      value,
      unit: 'entries',
      dropped,
      effect: 'observations that devices lack',
    })),
    ...detection.tables.map(({ detector, table }) => ({
      name: `${detector}.${table.limit.name}`,
      value: table.limit.value,
      unit: table.limit.unit,
      dropped: table.evicted,
      effect: 'suspects forgotten before they were ripe',
    })),
  ]
  return all.filter((limit) => limit.dropped > 0)
}

const met = (
  limit: { readonly name: string; readonly value: number; readonly unit: string },
  dropped: number,
  effect: string,
): LimitMet => ({ name: limit.name, value: limit.value, unit: limit.unit, dropped, effect })
