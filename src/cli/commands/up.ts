// thingward up: runs for good: sensors, store, evidence log, API and console.
import type { Command } from 'commander'
import type { Platform, PlatformWords } from '../../app/platform/index.ts'
import { EXIT } from '../../core/errors.ts'
import { examples, type CliCommand } from '../command.ts'
import { VERSION } from '../version.ts'

export const command: CliCommand = {
  id: 'up',
  register(program: Command) {
    program
      .command('up')
      .description('Run for good: live capture, store, evidence log, API and console in a browser.')
      .option('-i, --interface <name>', 'capture live from this interface through tcpdump')
      .option('--read <file...>', 'read these captures or logs once, as if they came in now')
      .option('--config <file>', 'sites, segments, sensors, certificate (YAML)')
      .option('--data <dir>', 'where everything is kept (default: ~/.local/share/thingward)')
      .option('--listen <host:port>', 'where console and API listen (default: localhost:8443)')
      .option('--log <level>', 'how much processes log: error, warn, info, debug', 'warn')
      .addHelpText(
        'after',
        examples([
          ['thingward up -i eth0', 'watch an interface, console on https://localhost:8443'],
          ['thingward up --read office.pcapng', 'look at a capture in the console'],
          ['thingward up --config site.yaml --listen :443', 'as the site file says, for everybody'],
        ]),
      )
      .action(run)
  },
}

async function run(words: PlatformWords): Promise<void> {
  // What runs for good need not be loaded for other commands.
  const { platformSettings, startPlatform } = await import('../../app/platform/index.ts')
  const settings = platformSettings(words)
  const stopped = whenStopped()
  const say = (text: string) => void process.stderr.write(`thingward: ${text}\n`)
  const platform = await startPlatform(settings, VERSION, say)
  greet(platform, settings.data)
  if (settings.sensors.length === 0) {
    say('nothing is watched yet: name an interface (-i) or a capture (--read)')
  }
  const again = await stopped
  say('stopping (again to leave at once)')
  again(() => process.exit(EXIT.interrupted))
  await platform.stop()
}

/** Tells where to go. The one-time code is for a person at a terminal, never for a log. */
function greet({ url, setupCode }: Platform, data: string): void {
  process.stdout.write(`thingward: console on ${url}\n`)
  if (setupCode === undefined) return
  const code = process.stdout.isTTY ? `${setupCode} (also in` : '(see'
  process.stdout.write(
    `thingward: first visit: the set-up code is ${code} ${data}/setup-code)\n` +
      'thingward: the browser will warn once: the certificate is from an authority of our own\n',
  )
}

/** Resolves at the first Ctrl-C or SIGTERM with a way to hear of the next. */
function whenStopped(): Promise<(next: () => void) => void> {
  return new Promise((resolve) => {
    const first = () => {
      process.off('SIGINT', first).off('SIGTERM', first)
      resolve((next) => void process.once('SIGINT', next))
    }
    process.once('SIGINT', first).once('SIGTERM', first)
  })
}
