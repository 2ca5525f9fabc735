// The gate of this machine, put together. The door of this folder.
export { GateDesk, openGate, type DeskOptions, type GateAnswer } from './desk.ts'
export { blindSpots, type GateStatus, type StatusDevice } from './status.ts'
export type { GateSettings, Quarantine } from './state.ts'
export { BlockedListener, type BlockedFlow } from '../../enforce/index.ts'
