// An attack as a step that can be done, and the label that says what was done, when and to whom.

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
  timeLimitSeconds: number
  /** The command, or a step of several programs. */
  command: string[] | ((network: Network) => Promise<number>)
  /** Runs beside the steps after it, until it ends or the recording does. */
  isConcurrent?: boolean
}
export type Party = { name: string | null; mac: string | null; ipv4: string | null }
export type Label = {
  start: number
  end: number
  id: string
  class: string
  technique: string
  what: string
  source: Party
  destination: Party
  command: string
  exitCode: number
}

function party(name: string): Party {
  const device = devices.find((one) => one.name === name)
  if (device) return { name, mac: device.mac, ipv4: device.ipv4 }
  return { name: null, mac: null, ipv4: name }
}

const nowMicroseconds = (): number => Date.now() * 1000

async function perform(network: Network, attack: Attack): Promise<Label> {
  const start = nowMicroseconds()
  const { id, technique, what, command } = attack
  const isList = Array.isArray(command)
  const exitCode = isList
    ? await network.run(attack.source, command, attack.timeLimitSeconds * 1000)
    : await command(network)
  return {
    start,
    end: nowMicroseconds(),
    id,
    class: attack.class,
    technique,
    what,
    source: party(attack.source),
    destination: party(attack.destination),
    command: isList ? shown(command) : 'several, see attacks.ts',
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
