// The sensor process: reads traffic, parses hostile bytes, tells core. It has no database and (by
// Node's permissions, see supervisor.ts) writes no file.
import { OperatingError } from '../../core/errors.ts'
import { parentLine } from './bus.ts'
import type { SensorSettings } from './observed.ts'
import { SensorRun } from './sensor-run.ts'
import { startOf, tellSupervisor, whenToStop } from './start.ts'

const settings = await startOf<SensorSettings>()
const run = new SensorRun(settings, parentLine())
whenToStop(() => run.stop())
try {
  process.exitCode = await run.run()
} catch (cause) {
  if (!(cause instanceof OperatingError)) throw cause
  tellSupervisor({ problem: cause.message })
  process.exitCode = 1
}
process.disconnect?.()
