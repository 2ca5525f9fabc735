// Normal life: the connections that last, and the errands, run again and again with their period
// and jitter from a seeded generator.

import { setTimeout as sleep } from 'node:timers/promises'

import { deviceNamed } from './devices.ts'
import { errandsBy } from './errands.ts'
import type { Network } from './network.ts'

const at = (name: string): string => deviceNamed(name).ipv4

/** Publishes one value every `seconds` over one lasting connection; `$n` counts. */
function publisher(seconds: number, value: string, words: string[]): string[] {
  const loop = `n=0; while :; do n=$((n+1)); echo "${value}"; sleep ${seconds}; done`
  return ['sh', '-c', `(${loop}) | mosquitto_pub -l "$@"`, 'publisher', ...words]
}

/** Polls holding registers over one lasting connection. */
function modbusPoll(address: string, count: string, everyMs: string): string[] {
  const words = ['-m', 'tcp', '-a', '1', '-t', '4', '-r', '1', '-c', count, '-l', everyMs]
  return ['mbpoll', ...words, address]
}

function lastingBy(certificates: string): Record<string, string[][]> {
  const hub = ['-h', at('hub'), '-p', '1883']
  const identifier = 'climate-240ac4100003'
  const climate = '{\\"t\\":21.$((n % 7)),\\"rh\\":4$((n % 5))}'
  const cloud = [
    ...['-h', 'mqtt.acmecloud.test', '-p', '8883', '--cafile', `${certificates}/web-ca.crt`],
    ...['--cert', `${certificates}/sensor.crt`, '--key', `${certificates}/sensor.key`],
    ...['-i', identifier, '-q', '1', '-k', '30', '-t', `acme/${identifier}/climate`],
  ]
  const login = ['-i', 'ESP_10000B', '-u', 'meter', '-P', 'power123', '-k', '20']
  const door = ['-i', 'axis-accc8e10000d', '-q', '1', '-k', '30', '-t', 'home/door/state']
  const listen = ['-i', 'thermostat-100008', '-k', '15', '-t', 'home/thermostat/set']
  return {
    hub: [
      ['mosquitto_sub', '-h', '127.0.0.1', '-i', 'hub-core', '-t', 'home/#'],
      modbusPoll(at('plc'), '10', '4000'),
      modbusPoll(at('pump'), '4', '9000'),
    ],
    sensor: [publisher(8, climate, cloud)],
    meter: [
      publisher(5, '{\\"w\\":$((410 + n * 7 % 60))}', [...hub, ...login, '-t', 'home/meter/power']),
    ],
    thermostat: [['mosquitto_sub', ...hub, ...listen]],
    door: [publisher(40, '{\\"door\\":\\"closed\\",\\"seq\\":$n}', [...hub, ...door])],
  }
}

export type Life = {
  /** From now on the device lives: its lasting connections and its errands. */
  begin(name: string): void
  stop(): Promise<void>
}

/** Starts nothing by itself: each device begins to live once it is plugged in. */
export function live(network: Network, certificates: string): Life {
  const random = generator(501_883)
  const errands = errandsBy(certificates)
  const lasting = lastingBy(certificates)
  const rounds: Promise<void>[] = []
  let isOver = false
  const wait = async (milliseconds: number): Promise<void> => {
    const until = Date.now() + milliseconds
    while (!isOver && Date.now() < until)
      await sleep(Math.max(1, Math.min(250, until - Date.now())))
  }
  return {
    begin(name) {
      for (const command of lasting[name] ?? []) network.start(name, command)
      for (const { everySeconds, jitter, command } of errands[name] ?? []) {
        const round = async (): Promise<void> => {
          await wait(everySeconds * random() * 400)
          while (!isOver) {
            await network.run(name, command)
            await wait(everySeconds * 1000 * (1 + jitter * (random() * 2 - 1)))
          }
        }
        rounds.push(round())
      }
    },
    async stop() {
      isOver = true
      await Promise.race([Promise.all(rounds), sleep(3000)])
    },
  }
}

function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
