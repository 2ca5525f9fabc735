// thingward gate: holds devices to their profiles on this machine, by its own packet filter.
import type { Command } from 'commander'
import { blindSpots, type GateAnswer } from '../../app/gate/index.ts'
import type { Phase } from '../../policy/index.ts'
import { OperatingError } from '../../core/errors.ts'
import { examples, type CliCommand } from '../command.ts'
import { blockedCommand } from '../gate/blocked.ts'
import { answerLines, statusLines } from '../gate/lines.ts'
import {
  answerDocument,
  deskOf,
  gateOptions,
  placeOf,
  placeOptions,
  say,
  secondsFrom,
  type GateWords,
  type PlaceWords,
} from '../gate/words.ts'

export const command: CliCommand = {
  id: 'gate',
  register(program: Command) {
    const parent = program
      .command('gate')
      .description(
        'Hold devices to their profiles on this router or bridge (nftables); cut devices off.',
      )
      .addHelpText(
        'after',
        examples([
          ['thingward watch -i eth1 --profiles p', 'learn first (a day, better a week)'],
          ['thingward gate preview --lan eth1 --wan eth0 --profiles p', 'changes nothing'],
          ['thingward gate --lan eth1 --wan eth0 --profiles p', 'apply: everything still passes'],
          ['thingward gate phase all dry-run', 'count what would be refused'],
          ['thingward gate phase camera enforce', 'hold one device to its profile'],
          ['thingward gate quarantine camera --reason "scans" --for 2h', 'cut off, both ways'],
          ['thingward gate status', 'what was refused, of whom, and why'],
          ['thingward gate blocked', 'the same as it happens'],
          ['thingward gate open-all --reason "alarm line down" --for 15m', 'closes itself'],
          ['thingward gate rollback', 'as it was before the last change'],
        ]),
      )
    changes(parent)
    holds(parent)
    blockedCommand(parent)
    emergencies(parent)
  },
}

function changes(parent: Command): void {
  placeOptions(parent.command('apply', { isDefault: true }))
    .description('Bring the profiles in: one transaction. Settings are remembered.')
    .action(async (words: PlaceWords, own: Command) =>
      sayAnswer(await deskOf(words).apply(placeOf(words, own)), words),
    )
  placeOptions(parent.command('preview'))
    .description('Say what apply would change, and what this gate cannot hold. Changes nothing.')
    .action(async (words: PlaceWords, own: Command) =>
      sayAnswer(await deskOf(words).preview(placeOf(words, own)), words),
    )
  gateOptions(parent.command('rollback'))
    .description('Go back to the version before: profiles and phases as they were.')
    .action(async (words: GateWords) => sayAnswer(await deskOf(words).rollback(), words))
}

const PHASES: readonly Phase[] = ['learn', 'review', 'dry-run', 'enforce']

function holds(parent: Command): void {
  gateOptions(parent.command('phase'))
    .description('Say how far a device has come: learn and review let all pass, dry-run counts.')
    .argument('<device>', "name, MAC or address; 'all' for every device that has a profile")
    .argument('<phase>', PHASES.join(', '))
    .option('--confirm', 'a person has looked: needed for enforce on industrial segments')
    .action(async (device: string, text: string, words: GateWords & { confirm?: true }) => {
      const phase = PHASES.find((one) => one === text)
      if (!phase) {
        throw new OperatingError('no-phase', `'${text}' is no phase: ${PHASES.join(', ')}`)
      }
      sayAnswer(await deskOf(words).phase(device, phase, words.confirm ?? false), words)
    })
  gateOptions(parent.command('status'))
    .description('Say what stands, what was refused and why, and who is cut off.')
    .action(async (words: GateWords) => {
      const status = await deskOf(words).status()
      say(
        () => statusLines(status),
        () => status,
        words.json,
      )
    })
}

function emergencies(parent: Command): void {
  gateOptions(parent.command('quarantine'))
    .description('Cut a device off from this gate, both ways, established flows too.')
    .argument('<device>', 'name, MAC or address')
    .requiredOption('--reason <text>', 'why; it stands in status and journal')
    .option(
      '--for <time>',
      'ends by itself, such as 30m or 2h (default: until released)',
      secondsFrom,
    )
    .action(async (device: string, words: GateWords & { reason: string; for?: number }) => {
      const cut = await deskOf(words).quarantine(device, words.reason, words.for)
      const end = cut.until === undefined ? 'until released' : `until ${timeText(cut.until)}`
      say(
        () => [`${cut.name} (${cut.macs.join(', ')}) is cut off ${end}`],
        () => cut,
        words.json,
      )
    })
  gateOptions(parent.command('release'))
    .description('End the quarantine of a device.')
    .argument('<device>', 'name, MAC or address')
    .action(async (device: string, words: GateWords) => {
      const macs = await deskOf(words).release(device)
      say(
        () => [`${macs.join(', ')}: released`],
        () => ({ macs }),
        words.json,
      )
    })
  gateOptions(parent.command('open-all'))
    .description('Emergency: let everything pass. Quarantine and one-way networks stay.')
    .requiredOption('--reason <text>', 'why; it stands in the journal')
    .option('--for <time>', 'closes by itself after this, at most 1d', secondsFrom, 900)
    .action(async (words: GateWords & { reason: string; for: number }) => {
      const until = await deskOf(words).openAll(words.reason, words.for)
      say(
        () => [`EVERYTHING PASSES until ${timeText(until)}; 'thingward gate close' ends it sooner`],
        () => ({ until }),
        words.json,
      )
    })
  gateOptions(parent.command('close'))
    .description('End open-all now.')
    .action(async (words: GateWords) => {
      await deskOf(words).close()
      say(
        () => ['closed: profiles are held again'],
        () => ({ open: false }),
        words.json,
      )
    })
}

function sayAnswer(answer: GateAnswer, words: GateWords): void {
  const spots = blindSpots(answer.policy)
  say(
    () => answerLines(answer, spots),
    () => answerDocument(answer, spots),
    words.json,
  )
}

const timeText = (seconds: number) => new Date(seconds * 1000).toISOString()
