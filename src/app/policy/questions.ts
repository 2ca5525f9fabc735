// What a person asks of policies before applying them: what would break (replay), and how the
// maker's file, what was learnt and what is seen agree (difference).
import {
  difference,
  profilesFrom,
  replay,
  type Difference,
  type PolicyDevice,
  type Profile,
  type Replay,
} from '../../policy/index.ts'
import type { Holding } from './bound.ts'
import type { Conclusion } from './judging.ts'

/** One device and what its policy would do to it. */
export interface DeviceReplay {
  readonly device: PolicyDevice
  readonly holding: Holding
  readonly replay: Replay
}

/** One device's three-way difference; `own` is absent where the traffic itself was learnt from. */
export interface DeviceDifference {
  readonly device: PolicyDevice
  readonly maker?: Holding
  readonly own?: Holding
  readonly difference: Difference
}

/** Each device that has a policy; the ids of profiled devices without one. */
export interface Answers<Answer> {
  readonly answers: readonly Answer[]
  readonly without: readonly PolicyDevice[]
}

/** What the given policies would have done to what was seen. */
export function replays({ observed, site, bound }: Conclusion): Answers<DeviceReplay> {
  if (!bound) return { answers: [], without: [] }
  const held = new Map([...observed.exchanges].filter(([id]) => bound.of(id)))
  const answers = replay(held, bound.profileOf, site).map((one) => ({
    device: site.devices.get(one.device)!,
    holding: bound.of(one.device)!,
    replay: one,
  }))
  return { answers, without: withoutIn(observed.exchanges.keys(), { site, bound }) }
}

/**
 * Maker, learnt and observed compared. Without a profile of its own a device's traffic is learnt.
 */
export function differences(conclusion: Conclusion): Answers<DeviceDifference> {
  const { observed, site, bound } = conclusion
  if (!bound) return { answers: [], without: [] }
  const learnt = new Map(
    profilesFrom(observed).flatMap((profile) =>
      profile.subject.kind === 'device' ? [[profile.subject.device, profile] as const] : [],
    ),
  )
  const answers = [...observed.exchanges].flatMap(([id, seen]): DeviceDifference[] => {
    const maker = bound.makers.get(id)
    const own = bound.own.get(id)
    if (!maker && !own) return []
    const yardstick: Profile | undefined = own?.profile ?? learnt.get(id)
    const question = { device: id, maker: maker?.profile, learnt: yardstick, observed: seen }
    return [
      {
        device: site.devices.get(id)!,
        ...(maker && { maker }),
        ...(own && { own }),
        difference: difference(question, site),
      },
    ]
  })
  return { answers, without: withoutIn(observed.exchanges.keys(), { site, bound }) }
}

const withoutIn = (
  ids: Iterable<string>,
  { site, bound }: Pick<Required<Conclusion>, 'site' | 'bound'>,
): PolicyDevice[] => [...ids].filter((id) => !bound.of(id)).map((id) => site.devices.get(id)!)
