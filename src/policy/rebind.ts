// Stored profiles in another run: device ids hold within one inventory only, so what a profile says
// of devices is found again by MAC, then by address.
import type { PolicyDevice } from './device.ts'
import { ruleId, sortedRules, type Peer, type Profile, type Rule } from './form.ts'

/** Texts by which a device is found again. */
interface Traces {
  readonly macs?: readonly string[]
  readonly addresses?: readonly string[]
}

/** Finds devices of this run by the traces of another. */
export class Rebinding {
  private readonly byMac = new Map<string, string>()
  private readonly byAddress = new Map<string, string>()

  constructor(devices: readonly PolicyDevice[]) {
    for (const { id, macs, addresses } of devices) {
      for (const mac of macs) this.byMac.set(mac, id)
      for (const address of addresses) this.byAddress.set(address, id)
    }
  }

  /** The id of the device that these traces lead to; undefined when none does. */
  find({ macs = [], addresses = [] }: Traces): string | undefined {
    for (const mac of macs) {
      const found = this.byMac.get(mac)
      if (found !== undefined) return found
    }
    // A device with MACs that are all unknown is another one, whatever address it has now.
    if (macs.length > 0) return undefined
    return addresses.map((address) => this.byAddress.get(address)).find((id) => id !== undefined)
  }

  /**
   * The profile with this run's device ids. A peer that is not here keeps an id that nothing has;
   * a subject that is not here makes the whole undefined.
   */
  profile(profile: Profile): Profile | undefined {
    const { subject } = profile
    if (subject.kind !== 'device') return { ...profile, rules: this.rules(profile.rules) }
    const device = this.find(subject)
    if (device === undefined) return undefined
    return { ...profile, subject: { ...subject, device }, rules: this.rules(profile.rules) }
  }

  private rules(rules: readonly Rule[]): Rule[] {
    return sortedRules(
      rules.map((rule) => {
        const peer = this.peer(rule.peer)
        return { ...rule, peer, id: ruleId({ ...rule, peer }) }
      }),
    )
  }

  private peer(peer: Peer): Peer {
    if (peer.kind !== 'device') return peer
    const trace = peer.macs?.[0] ?? peer.addresses?.[0] ?? peer.device
    return { ...peer, device: this.find(peer) ?? `absent ${trace}` }
  }
}
