// Packets → Flows and Transactions. The door of this folder.
export { EndpointTable } from './endpoint.ts'
export { Flow, type FlowEnd, type FlowObserver, type FlowState, type NameSource } from './flow.ts'
export { NameTable } from './names.ts'
export { Recognition } from './recognition.ts'
export { FlowTable, type FlowTableParts } from './table.ts'
export { SEEN, tcpState } from './tcp-state.ts'
export type { Fields, Transaction } from './transaction.ts'
