// What a stage leaves behind goes before the next one begins: V8 alone would let twice as much
// stand. Only where the launcher allows it (--expose-gc); tests and others run without.

/** Below this much resident memory nobody minds, and small runs are over sooner. */
const MINDED_BYTES = 200_000_000

/** Collects garbage where the process has grown; some milliseconds for each ten megabytes. */
export function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void }
  if (gc && process.memoryUsage.rss() > MINDED_BYTES) gc()
}
