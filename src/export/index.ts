// What leaves the program for others to read. The door of this folder.
export type { ByteSink } from './byte-line.ts'
export { EveWriter, type EveOptions } from './eve.ts'
export { FlowLines } from './flow-lines.ts'
export { LineFile } from './line-file.ts'
export { Anonymiser, type AnonymiseOptions } from './anonymise.ts'
export * from './targets/index.ts'
