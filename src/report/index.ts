// Results for people and programs: terminal, JSON, HTML. The door of this folder.
export { SCHEMA_VERSION, documentOf, type Reported, type WatchDocument } from './document.ts'
export {
  BY_WORDS,
  DIALECT_WORDS,
  KIND_WORDS,
  countText,
  type DeviceEnforcement,
  type GivenFile,
  type HeldDevice,
  type PolicyCheck,
} from './held.ts'
export { safeText, tableLines, type Column } from './table.ts'
export { terminalReport, type TerminalOptions } from './terminal.ts'
export { htmlReport } from './html/page.ts'
export { WATCH_SCHEMA } from './schema.ts'
export type { Answered, AnsweredBy } from './policy/answered.ts'
export { differenceDocument, differenceLines } from './policy/difference.ts'
export { replayDocument, replayLines } from './policy/replay.ts'
export {
  examinedDocument,
  examinedLines,
  isFaulty,
  isIrregular,
  type ExaminedFile,
} from './policy/check.ts'
export { importDocument, importLines, importTable, type ImportReport } from './documented.ts'
export { supportDocument, supportLines } from './support.ts'
