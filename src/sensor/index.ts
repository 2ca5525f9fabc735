// Where traffic comes from, and the machine that turns it into flows. The door of this folder.
export { Sensor, type SensorOptions, type SourcePlace } from './sensor.ts'
export type { Intake, Source, SourceProblem, SourceSummary } from './source.ts'
export { pcapFile, pcapStream } from './sources/pcap.ts'
export { liveSource, type LiveOptions } from './sources/live.ts'
export { isZeekFolder, zeekFolder } from './sources/zeek.ts'
export { eveFile, eveStream, looksLikeEve } from './sources/eve.ts'
export { captureStart, peekStream, readHead } from './head.ts'
export { hear, type HeardFlow, type HeardTransaction, type Hearing } from './hearing.ts'
