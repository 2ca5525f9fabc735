// What every rewriting function of an anonymised capture takes: the maps, and the frame's bytes,
// which are a copy. Each answers how far the bytes may be kept; what lies behind is cut.
import type { AddressMap } from './addresses.ts'
import type { NameMap } from './names.ts'

export interface Maps {
  readonly addresses: AddressMap
  readonly names: NameMap
}

/**
 * Part of a frame: [at, end) as captured. The frame begins at `start`, `wire` bytes long on the
 * wire.
 */
export interface Span {
  readonly bytes: Buffer
  readonly start: number
  readonly at: number
  readonly end: number
  readonly wire: number
}

/** Rewrites a span in place and answers where the kept bytes end; `at` when nothing may stay. */
export type Rewrite = (span: Span, maps: Maps) => number
