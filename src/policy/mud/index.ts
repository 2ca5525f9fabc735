// Manufacturer Usage Descriptions (RFC 8520): read in three dialects, checked, compiled from and to
// profiles.
export {
  REPAIRS,
  type AccessList,
  type Ace,
  type Matches,
  type MudDialect,
  type MudFile,
  type Problem,
  type Repair,
  type RepairKind,
} from './mud-file.ts'
export { readMud, readMudText, type MudRead } from './read.ts'
export { checkMud } from './check.ts'
export { profileFromMud } from './profile.ts'
export { writeMud, type MudWriteOptions, type MudWritten } from './write.ts'
export type { Loss, LossKind } from './loss.ts'
export {
  assignMudFiles,
  mudFileName,
  type AssignedBy,
  type Assignment,
  type NamedMudFile,
} from './assign.ts'
