// Bytes → Packet, and the contract of application protocols. The door of this folder.
import type { Protocol } from './protocol.ts'
import { loadPlugins } from '../core/registry.ts'

export { FAMILY, Packet, TCP, type AnomalyCounter } from './packet.ts'
export { LINK } from './link.ts'
export { decodeFrame, decodeInner, spineContext, type SpineContext } from './spine.ts'
export * from './protocol.ts'
export { communityFields } from './community.ts'
export { cipService } from './cip-names.ts'
export { jobName, userdataName } from './s7-names.ts'
export { targetText } from './text-head.ts'

/** All protocols of `protocols/`, in name order. */
export const loadProtocols = (): Promise<readonly Protocol[]> =>
  loadPlugins<Protocol>(new URL('./protocols/', import.meta.url), 'protocol')
