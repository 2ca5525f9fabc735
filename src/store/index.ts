// What is kept: devices, findings, profiles, flows, accounts, settings, in SQLite. The door of this
// folder.
export {
  Store,
  type Change,
  type OutgoingMessage,
  type Recorder,
  type StoreOptions,
} from './store.ts'
export { DEVICE_SORTS, type DeviceQuery } from './device-query.ts'
export {
  Devices,
  type DeviceByHand,
  type GroupColumn,
  type StoredDevice,
  type StoredDeviceDetail,
} from './devices.ts'
export {
  DeviceAdmission,
  type ObservedDevice,
  type SeenAgain,
  type Sighting,
} from './device-admission.ts'
export type { DeviceDocument } from './device-document.ts'
export type { DeviceVersion } from './device-item.ts'
export {
  Findings,
  type Decision,
  type FindingAction,
  type FindingQuery,
  type StoredFinding,
} from './findings.ts'
export { Profiles, type LearntProfile, type StoredProfile } from './profiles.ts'
export type {
  FlowConversation,
  FlowHistory,
  FlowPair,
  FlowParty,
  FlowQuery,
  FlowSpan,
  StoredFlow,
  TrafficPoint,
} from './flows.ts'
export { SqliteFlows } from './sqlite-flows.ts'
export {
  ParquetFlows,
  type FlowHistoryHealth,
  type ParquetFlowsOptions,
} from './flow-history/index.ts'
export {
  Accounts,
  freshId,
  nameKey,
  type StoredFactor,
  type StoredPasskey,
  type StoredSession,
  type StoredToken,
  type StoredUser,
} from './accounts.ts'
export { Sensors, type SensorStatus, type StoredSensor } from './sensors.ts'
export { cursorOf, keyOf, type PageRequest, type StoredPage } from './pages.ts'
export type { AsOf } from './versions.ts'
