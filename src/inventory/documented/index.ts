// Devices as somebody wrote them down: lists read, matched to what was observed, compared field by
// field, and kept in a register. No I/O in here: bytes and texts come from the caller.
export { columnMapping, readTable, type ColumnField, type DocumentedList } from './table.ts'
export { csvLine, decodeText, readCsv, type CsvTable, type TableProblem } from './csv.ts'
export { looksLikeNetbox, readNetbox, type NamedBytes } from './netbox.ts'
export type { DocumentedDevice } from './record.ts'
export { observedFrom, observedOf, type ObservedDevice } from './observed.ts'
export { compare, type Comparison, type FieldComparison, type MatchedDevice } from './comparison.ts'
export {
  changedRegister,
  changesIn,
  EMPTY_REGISTER,
  readRegister,
  registerText,
  type Register,
  type RegisterChanges,
} from './register.ts'
