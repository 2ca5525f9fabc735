// Address truth of others: leases, neighbour tables, controllers, switches; read, timed, and taken
// over where the wire does not say otherwise.
import { loadPlugins } from '../../core/registry.ts'
import type { TruthKind } from './kind.ts'

export type { AddressFact, ToldFact, TruthKind, TruthSink } from './kind.ts'
export { readTruth, truthKind, type TruthFile } from './read.ts'
export type { Span, TruthUse } from './learn.ts'

/** Loads `kinds/`, one file each; a file that does not fit stops the start. */
export const loadTruthKinds = (): Promise<readonly TruthKind[]> =>
  loadPlugins<TruthKind>(new URL('./kinds/', import.meta.url), 'truth')
