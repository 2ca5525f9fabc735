// The MACs of a device in words: those of its frames, else the one that stands in an IPv6 address.
import type { Device } from '../inventory/index.ts'

export function macsText({ macs, identities }: Pick<Device, 'macs' | 'identities'>): string {
  if (macs.length > 0) return macs.join(', ')
  const inAddress = identities.find(({ kind }) => kind === 'eui64-mac')
  return inAddress ? `not carried; ${inAddress.value} by its IPv6 address` : 'not carried'
}
