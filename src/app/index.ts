// The composition root. The door of this folder.
export {
  Watch,
  policyDevice,
  type FlowCounts,
  type WatchOptions,
  type WatchProgress,
} from './watch.ts'
export type { WatchResult } from './watch.ts'
export type { LimitMet } from './limits-met.ts'
