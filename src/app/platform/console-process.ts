// Builds the console once and ends: the builder's memory is not kept for the whole run.
import { buildConsole } from '../../console/index.ts'
import { tellSupervisor } from './start.ts'

tellSupervisor({ console: await buildConsole() })
process.disconnect?.()
