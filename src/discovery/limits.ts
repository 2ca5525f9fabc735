// The bounds of what is sent into a network.
import type { Limit } from '../core/limits.ts'

/** By what is bounded; nothing beyond is sent, and the user is told before. */
export const DISCOVERY_LIMITS = Object.freeze({
  targets: {
    name: 'discoveryTargets',
    value: 4096,
    unit: 'addresses',
    why: 'asked for in one run: four /22, at the usual pace less than four minutes',
  },
  rate: {
    name: 'discoveryRate',
    value: 200,
    unit: 'probes a second',
    why: 'the fastest that may be asked for; 20 unless told otherwise',
  },
} satisfies { [name: string]: Limit })
