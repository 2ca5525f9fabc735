// What the gate's commands have in common: where state is kept, who asks, durations, output.
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import { InvalidArgumentError, type Command } from 'commander'
import { defaultDataFolder } from '../../core/data-folder.ts'
import {
  openGate,
  type GateAnswer,
  type GateDesk,
  type GateSettings,
} from '../../app/gate/index.ts'
import { VERSION } from '../version.ts'

/** What every command takes. */
export interface GateWords {
  readonly data?: string
  readonly json?: boolean
}

/** What preview and apply take. */
export interface PlaceWords extends GateWords {
  readonly lan?: string[]
  readonly wan?: string[]
  readonly profiles?: string
  readonly newDevices?: GateSettings['newDevices']
  readonly industrial?: string[]
  readonly oneWay?: string[]
  readonly local?: string[]
  readonly resolve?: boolean
}

/** Adds the options of every command. */
export const gateOptions = (command: Command): Command =>
  command
    .option('--data <dir>', 'state, versions, journal (default: ~/.local/share/thingward)')
    .option('--json', 'one JSON document on standard output')

/** Adds the options that say where the gate stands; each is remembered. */
export const placeOptions = (command: Command): Command =>
  gateOptions(command)
    .option('--lan <interface...>', 'networks of things: one interface each')
    .option('--wan <interface...>', 'what leads outside')
    .option('--profiles <folder>', 'profiles and MUD files, as watch --profiles writes them')
    .option('--new-devices <what>', 'new devices may: allow, outside, inside, nothing', choice)
    .option('--industrial <interface...>', "here nothing tightens unconfirmed; 'none' undoes it")
    .option('--one-way <interface...>', "nothing enters, not even answers; 'none' undoes it")
    .option('--local <prefix...>', 'networks that are ours beyond the private ones')
    .option('--resolve', "ask this machine's resolver for the names in rules, now")
    .option('--no-resolve', 'do not (names then have no address)')

const NEW_DEVICES = ['allow', 'outside', 'inside', 'nothing'] as const

function choice(text: string): GateSettings['newDevices'] {
  const found = NEW_DEVICES.find((one) => one === text)
  if (found) return found
  throw new InvalidArgumentError(`one of ${NEW_DEVICES.join(', ')}`)
}

/** Settings as they were given; commander fills `resolve` in where neither was said. */
export function placeOf(words: PlaceWords, command: Command): Partial<GateSettings> {
  const { lan, wan, profiles, newDevices, industrial, oneWay, local, resolve: asks } = words
  const isSaid = command.getOptionValueSource('resolve') === 'cli'
  return {
    ...{ lan, wan, newDevices, local },
    industrial: noneOf(industrial),
    oneWay: noneOf(oneWay),
    ...(profiles !== undefined && { profiles: resolve(profiles) }),
    ...(isSaid && { resolve: asks }),
  }
}

/** What is remembered has to be undone by a word. */
const noneOf = (names: string[] | undefined) => (names?.join() === 'none' ? [] : names)

/** The gate of this machine, on behalf of whoever asks. */
export const deskOf = ({ data = defaultDataFolder() }: GateWords): GateDesk =>
  openGate(resolve(data), process.env.SUDO_USER ?? userInfo().username)

/** `90s`, `15m`, `2h`, `1d` in seconds. */
export function secondsFrom(text: string): number {
  const parts = /^(\d{1,6})(s|m|h|d)$/.exec(text)
  if (!parts || Number(parts[1]) === 0) throw new InvalidArgumentError('such as 90s, 15m, 2h, 1d')
  return Number(parts[1]) * { s: 1, m: 60, h: 3600, d: 86_400 }[parts[2] as 's']
}

/** Lines, or a document with --json. */
export function say(
  lines: () => readonly string[],
  document: () => object,
  isJson: boolean | undefined,
): void {
  const text = isJson
    ? JSON.stringify({ schemaVersion: 1, thingward: VERSION, ...document() }, null, 1)
    : lines().join('\n')
  process.stdout.write(`${text}\n`)
}

/** A change as a document. */
export const answerDocument = (
  { change, losses, held, policy, problems, version }: GateAnswer,
  blindSpots: readonly string[],
): object => ({
  version,
  changes: change.text !== '',
  wholeTable: change.isWhole,
  devices: policy.devices.map(({ device, phase, segment }) => ({
    id: device.id,
    name: device.name,
    macs: device.macs,
    addresses: device.addresses,
    segment: segment ?? null,
    phase,
    held: held.get(device.id) ?? 'no',
  })),
  moves: change.devices,
  losses,
  problems,
  blindSpots,
})
