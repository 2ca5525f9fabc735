// The core process: store, API, console; takes what sensors send.
import { pino } from 'pino'
import type { ProcessHealth } from '../../api/index.ts'
import { OperatingError } from '../../core/errors.ts'
import { Bus, parentLine } from './bus.ts'
import { Core, type CoreSettings } from './core.ts'
import type { Hello, ObservedBatch } from './observed.ts'
import { startOf, tellSupervisor, whenToStop } from './start.ts'

const settings = await startOf<CoreSettings>()
const SHOWN_NEVER = ['password', 'newPassword', 'token', 'code', 'cookie', 'authorization']
// Nothing of these should ever be logged; if it is, it is not shown.
const redact = SHOWN_NEVER.flatMap((name) => [name, `*.${name}`])
const log = pino({ name: 'core', level: settings.logLevel, redact }, pino.destination(2))

try {
  const core = await Core.open(settings, log)
  const bus = new Bus('core', parentLine())
  bus.onFault = (kind, cause) => log.error({ kind, error: cause.message }, 'message not taken')
  bus.answer('hello', (body) => core.welcome(body as Hello))
  bus.answer('observed', (body) => core.take(body as ObservedBatch))
  core.onSiteChanged = () => tellSupervisor({ restart: 'sensors' })
  process.on('message', (message: SupervisorWords) => {
    if (message.processes) core.processes = message.processes
    if (message.console) {
      core.serveConsole(message.console).catch((cause: Error) => log.error(cause.message))
    }
  })
  whenToStop(() => {
    bus.close()
    core.close().then(
      () => process.disconnect?.(),
      (cause: Error) => {
        log.error(cause.message)
        process.exit(1)
      },
    )
  })
  tellSupervisor({ ready: { url: core.url, setupCode: await core.setupCode() } })
} catch (cause) {
  if (!(cause instanceof OperatingError)) throw cause
  tellSupervisor({ failed: { code: cause.code, message: cause.message } })
  process.disconnect?.()
}

/** What the supervisor tells core. */
interface SupervisorWords {
  readonly processes?: readonly ProcessHealth[]
  readonly console?: string
}
