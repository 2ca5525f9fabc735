// What a run writes while it goes: flows as JSON lines, EVE records, the capture anonymised. Opened
// before the run, so that a path that cannot be written is told at once.
import { Anonymiser, EveWriter, FlowLines, LineFile } from '../export/index.ts'
import type { FlowObserver } from '../flow/index.ts'
import type { Sensor, SensorOptions } from '../sensor/index.ts'
import type { WatchResult } from '../app/index.ts'

export interface OutputPaths {
  readonly flows?: string
  readonly eve?: string
  readonly communityId?: boolean
  readonly anonymise?: string
  readonly keepManufacturer?: boolean
}

/** The files of one run; `finish` writes what is left and closes them. */
export class Outputs {
  readonly listeners: ((sensor: Sensor) => FlowObserver)[] = []
  /** Sees each frame as captured; undefined when nothing is anonymised. */
  readonly frame: SensorOptions['frame']
  private readonly closings: ((result: WatchResult) => void)[] = []

  /** Throws an OperatingError when a path cannot be written. */
  constructor(paths: OutputPaths) {
    if (paths.flows !== undefined) this.openFlows(new LineFile(paths.flows))
    if (paths.eve !== undefined) this.openEve(new LineFile(paths.eve), paths.communityId ?? false)
    if (paths.anonymise !== undefined) {
      this.frame = this.openAnonymised(paths.anonymise, paths.keepManufacturer ?? false)
    }
  }

  private openAnonymised(path: string, keepManufacturer: boolean): SensorOptions['frame'] {
    const file = new LineFile(path)
    const sink = (chunk: Uint8Array) => file.write(chunk)
    const anonymiser = new Anonymiser({ sink, keepManufacturer })
    this.closings.push(() => {
      anonymiser.finish()
      file.close()
      const { written, leftOut } = anonymiser
      const rest = leftOut > 0 ? `; ${leftOut} of another link type left out` : ''
      process.stderr.write(`thingward: ${written} frames anonymised to ${path}${rest}\n`)
    })
    return (packet) => anonymiser.frame(packet)
  }

  private openFlows(file: LineFile): void {
    this.listeners.push(({ endpoints }) => {
      const lines = new FlowLines({ endpoints, sink: (chunk) => file.write(chunk) })
      this.closings.push(() => {
        lines.finish()
        file.close()
      })
      return lines
    })
  }

  private openEve(file: LineFile, communityId: boolean): void {
    this.listeners.push(({ endpoints }) => {
      const sink = (chunk: Uint8Array) => file.write(chunk)
      const writer = new EveWriter({ endpoints, sink, communityId })
      this.closings.push((result) => {
        for (const finding of result.findings) writer.finding(finding)
        for (const anomaly of result.anomalies) writer.anomaly(anomaly)
        writer.finish()
        file.close()
      })
      return writer
    })
  }

  finish(result: WatchResult): void {
    for (const close of this.closings) close(result)
  }
}
