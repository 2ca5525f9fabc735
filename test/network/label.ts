// An attack as a step that can be done, and the label that says what was done, when and to whom.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { devices } from './devices.ts'
import type { Network } from './network.ts'

export type Attack = {
  id: string
  class: string
  /** ATT&CK technique, of the enterprise or the ICS matrix. */
  technique: string
  what: string
  source: string
  /** A device of the table, an address, or a range. */
  destination: string
  /** The command, or a step of several programs that answers an exit code. */
  command: string[] | ((network: Network) => Promise<number>)
  /** For a command; 30 when not said. */
  timeLimitSeconds?: number
  /** It sends from invented MACs: the label's source has none. */
  hidesMac?: boolean
  /** Runs beside the steps after it. */
  isConcurrent?: boolean
}

/** Who an end of an attack is: a device has all three, a range or a group only `address`. */
export type Party = { name: string | null; mac: string | null; address: string }
export type Label = {
  /** Microseconds since 1970. */
  start: number
  end: number
  id: string
  class: string
  technique: string
  what: string
  source: Party
  destination: Party
  command: string
  /** -1: ended by us at the time limit. */
  exitCode: number
}

export const quietWeb = ['curl', '-s', '-m', '10', '-o', '/dev/null']

/** Writes a list of words to guess from and answers its path. */
export function wordList(network: Network, words: string[]): string {
  const path = join(network.directory, 'mallory', 'words')
  writeFileSync(path, `${words.join('\n')}\n`)
  return path
}

function party(name: string): Party {
  const device = devices.find((one) => one.name === name || one.ipv4 === name)
  if (device) return { name: device.name, mac: device.mac, address: device.ipv4 }
  return { name: null, mac: null, address: name }
}

/** The clock has milliseconds: a start is the first microsecond of one, an end the last. */
const microsecondsAtStart = (): number => Date.now() * 1000
const microsecondsAtEnd = (): number => Date.now() * 1000 + 999

async function perform(network: Network, attack: Attack): Promise<Label> {
  const { id, technique, what, command, timeLimitSeconds } = attack
  const source = party(attack.source)
  const start = microsecondsAtStart()
  const exitCode = Array.isArray(command)
    ? await network.run(attack.source, command, (timeLimitSeconds ?? 30) * 1000)
    : await command(network)
  return {
    start,
    end: microsecondsAtEnd(),
    id,
    class: attack.class,
    technique,
    what,
    source: attack.hidesMac ? { ...source, mac: null } : source,
    destination: party(attack.destination),
    command: Array.isArray(command) ? shown(command) : 'several programs, see attacks/',
    exitCode,
  }
}

/** The command without the paths of the machine it ran on. */
function shown(command: string[]): string {
  return command
    .filter((word) => word !== process.execPath)
    .map((word) => word.split('/network/programs/').at(-1))
    .join(' ')
}

/** Runs the steps one after the other, with a pause, and answers their labels in order of start. */
export async function runAttacks(
  network: Network,
  steps: Attack[],
  pauseMs: number,
): Promise<Label[]> {
  const labels: Label[] = []
  const concurrent: Promise<unknown>[] = []
  for (const attack of steps) {
    process.stderr.write(`${attack.id} `)
    const done = perform(network, attack).then((label) => labels.push(label))
    if (attack.isConcurrent) concurrent.push(done)
    else await done
    await sleep(pauseMs)
  }
  await Promise.all(concurrent)
  process.stderr.write('\n')
  return labels.sort((one, other) => one.start - other.start)
}
