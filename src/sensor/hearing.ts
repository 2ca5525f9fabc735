// Runs sources through a sensor and writes down what an observer hears, with endpoints as texts:
// the bench on which the tests of sources stand, and a way to compare what two sources tell of the
// same traffic.
import { macText } from '../core/addresses.ts'
import type { Anomaly } from '../core/anomaly.ts'
import { tableLimits } from '../core/limits.ts'
import type { Protocol } from '../decode/index.ts'
import type { Flow, Transaction } from '../flow/index.ts'
import { Sensor } from './sensor.ts'
import type { Source, SourceSummary } from './source.ts'

/** A Flow that was copied, with its endpoints as `mac address`. */
export type HeardFlow = Omit<Flow, 'originator' | 'responder'> & {
  readonly originator: string
  readonly responder: string
}

/** A Transaction that was copied, with its endpoints as `mac address`. */
export type HeardTransaction = Omit<Transaction, 'source' | 'destination'> & {
  readonly source: string
  readonly destination: string
}

export interface Hearing {
  readonly started: HeardFlow[]
  readonly flows: HeardFlow[]
  readonly transactions: HeardTransaction[]
  readonly ticks: number[]
  readonly anomalies: Anomaly[]
  readonly summaries: SourceSummary[]
  readonly sensor: Sensor
}

/** Hears everything that `sources` tell; `protocols` may be empty for sources of logs. */
export async function hear(
  sources: readonly Source[],
  protocols: readonly Protocol[] = [],
): Promise<Hearing> {
  const started: HeardFlow[] = []
  const flows: HeardFlow[] = []
  const transactions: HeardTransaction[] = []
  const ticks: number[] = []
  const textOf = (endpoint: number): string => {
    const { endpoints } = sensor
    return `${macText(endpoints.mac(endpoint))} ${endpoints.addressText(endpoint)}`.trim()
  }
  const copy = (flow: Flow): HeardFlow => ({
    ...flow,
    originator: textOf(flow.originator),
    responder: textOf(flow.responder),
  })
  const sensor = new Sensor({
    limits: tableLimits(64),
    protocols,
    signal: new AbortController().signal,
    observer: {
      flowStart: (flow) => void started.push(copy(flow)),
      flowEnd: (flow) => void flows.push(copy(flow)),
      transaction: (said) =>
        void transactions.push({
          ...said,
          source: textOf(said.source),
          destination: textOf(said.destination),
        }),
      tick: (time) => void ticks.push(time),
    },
  })
  const summaries = await sensor.run(sources)
  const anomalies = sensor.anomalies.list()
  return { started, flows, transactions, ticks, anomalies, summaries, sensor }
}
