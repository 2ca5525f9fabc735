// Who serves DNS and time to this network, for the classes that MUD files name (RFC 8520 17.7:
// urn:ietf:params:mud:dns and :ntp). Where nobody has said so, it is taken from who answers.
import type { Exchange, Observed, PolicyContext } from '../../policy/index.ts'

/** Addresses as texts, sorted. */
export interface NetworkServices {
  readonly resolvers: readonly string[]
  readonly timeServers: readonly string[]
}

/** As the context says; else as observed. */
export const networkServices = (observed: Observed, context: PolicyContext): NetworkServices => ({
  resolvers: context.resolvers ?? resolversIn(observed),
  timeServers: context.timeServers ?? answering(observed, 'ntp'),
})

/**
 * The gateway's own, where it answers; else every host inside that does. A resolver outside is
 * never the network's own: a MUD file has to name it.
 */
function resolversIn(observed: Observed): readonly string[] {
  const { site } = observed
  const inside = answering(observed, 'dns', ({ peer }) => peer.kind !== 'outside')
  const own = inside.filter((address) => site.deviceWith(address)?.role === 'infrastructure')
  return own.length > 0 ? own : inside
}

function answering(
  { exchanges }: Observed,
  service: string,
  fits: (one: Exchange) => boolean = () => true,
): string[] {
  const found = new Set<string>()
  for (const all of exchanges.values()) {
    for (const one of all) {
      const asked = one.initiated === 'device' && one.service === service && one.answered
      if (asked && one.peer.kind !== 'group' && fits(one)) found.add(one.peer.address)
    }
  }
  return [...found].toSorted()
}
