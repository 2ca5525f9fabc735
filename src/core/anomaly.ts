// Anomalies: what was odd in the input. Counted by name with the first places it was seen; never
// thrown, never a judgement. Bounded: past the limit of names everything is counted as 'other'.
import { LIMITS } from './limits.ts'

export interface Anomaly {
  /** Kebab-case, prefixed with the layer or protocol: 'ipv4-bad-length'. */
  readonly name: string
  count: number
  /** First places: frame numbers or log lines, by source. */
  readonly samples: { readonly source: string; readonly frame: number; readonly time: number }[]
}

/** Counts anomalies of all sources of one run. */
export class AnomalyTable {
  /** Name of the source being read; set by whoever reads it. */
  source = ''
  private readonly byName = new Map<string, Anomaly>()

  count(name: string, frame: number, time: number): void {
    let anomaly = this.byName.get(name)
    if (!anomaly) {
      if (this.byName.size >= LIMITS.anomalyKinds.value && name !== 'other') {
        this.count('other', frame, time)
        return
      }
      anomaly = { name, count: 0, samples: [] }
      this.byName.set(name, anomaly)
    }
    anomaly.count++
    if (anomaly.samples.length < LIMITS.anomalySamples.value) {
      anomaly.samples.push({ source: this.source, frame, time })
    }
  }

  /** All anomalies, most frequent first, then by name. */
  list(): Anomaly[] {
    return [...this.byName.values()].toSorted(
      (a, b) => b.count - a.count || (a.name < b.name ? -1 : 1),
    )
  }
}
