// Flow history in Parquet files, behind the FlowHistory port: what the rest of the store takes.
export { ParquetFlows } from './parquet-flows.ts'
export type { FlowHistoryHealth, ParquetFlowsOptions } from './parquet-flows.ts'
export type { Retention } from './upkeep.ts'
