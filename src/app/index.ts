// The composition root: its door for runs over traffic. What runs for good has the door
// platform/index.ts, the gate has gate/index.ts: each loads only what it needs.
export { policyDevice } from './policy/device.ts'
export {
  examinePolicyFile,
  readPolicyFile,
  readPolicyFolder,
  type PolicyFile,
} from './policy/given.ts'
export { mudTexts, profileTexts, type WrittenProfile } from './policy/texts.ts'
export { MANIFEST, WrittenFolder, type PolicyText } from './policy/written.ts'
export type { Conclusion } from './policy/judging.ts'
export type { Bound, Holding } from './policy/bound.ts'
export {
  differences,
  replays,
  type Answers,
  type DeviceDifference,
  type DeviceReplay,
} from './policy/questions.ts'
export { discover, type Discovered, type DiscoverOptions } from './discover.ts'
export { Forwarding } from './forward.ts'
export { Watch, type FlowCounts, type WatchOptions, type WatchProgress } from './watch.ts'
export type { WatchResult } from './watch.ts'
export type { LimitMet } from './limits-met.ts'
