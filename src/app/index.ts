// The composition root. The door of this folder.
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
export { GateDesk, openGate, type DeskOptions, type GateAnswer } from './gate/desk.ts'
export { blindSpots, type GateStatus, type StatusDevice } from './gate/status.ts'
export type { GateSettings, Quarantine } from './gate/state.ts'
export { BlockedListener, type BlockedFlow } from '../enforce/index.ts'
export { platformSettings, type PlatformWords } from './platform/settings.ts'
export { startPlatform, type Platform } from './platform/platform.ts'
export { backUp, restore, type BackupSummary } from './platform/backup.ts'
