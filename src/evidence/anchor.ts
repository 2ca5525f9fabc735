// Places outside where checkpoints are published: whoever holds a copy there can tell a log that
// was cut short or rewritten as a whole, which no signature of its own could show.
import { createSocket } from 'node:dgram'
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { connect } from 'node:net'
import { hostname } from 'node:os'
import { isoTime } from '../core/clock.ts'
import { NOTES, readCheckpoint } from './checkpoint.ts'

/** Somewhere outside; a failure is told in `health` and tried again with the next checkpoint. */
export interface Anchor {
  /** As it appears in `health`: `file /mnt/worm/anchors`, `syslog 10.0.0.9:514`. */
  readonly name: string
  /** Takes a signed note; resolves once it was handed over as well as the place can promise. */
  publish(note: string): Promise<void>
}

/** Appends notes to a file, best on a disk that only takes what is new. */
export class FileAnchor implements Anchor {
  readonly name: string
  private readonly path: string

  constructor(path: string) {
    this.path = path
    this.name = `file ${path}`
  }

  async publish(note: string): Promise<void> {
    const file = openSync(this.path, 'a', 0o644)
    try {
      writeSync(file, `${note}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  }
}

export interface SyslogPlace {
  readonly host: string
  readonly port: number
  /** UDP promises nothing (RFC 5426); TCP frames are counted in octets (RFC 6587 3.4.1). */
  readonly transport: 'udp' | 'tcp'
}

/** Facility 13 (log audit), severity 5 (notice): RFC 5424 6.2.1. */
const PRIORITY = 13 * 8 + 5
const WORD = 'thingward-checkpoint'
const TCP_MILLISECONDS = 5_000

/** Sends each note as one RFC 5424 message. */
export class SyslogAnchor implements Anchor {
  readonly name: string
  private readonly place: SyslogPlace

  constructor(place: SyslogPlace) {
    this.place = place
    this.name = `syslog ${place.host}:${place.port}`
  }

  publish(note: string): Promise<void> {
    const message = syslogMessage(note)
    return this.place.transport === 'udp' ? this.datagram(message) : this.stream(message)
  }

  private datagram(message: string): Promise<void> {
    const { host, port } = this.place
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
    return new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.send(message, port, host, (error) => (error ? reject(error) : resolve()))
    }).finally(() => socket.close())
  }

  private stream(message: string): Promise<void> {
    const { host, port } = this.place
    const socket = connect({ host, port, timeout: TCP_MILLISECONDS })
    return new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.once('timeout', () => reject(new Error(`${this.name} does not answer`)))
      socket.end(`${Buffer.byteLength(message)} ${message}`, () => resolve())
    }).finally(() => socket.destroySoon())
  }
}

/** A note as one line, for places that keep lines: its words, in the order of the note. */
function syslogMessage(note: string): string {
  const { origin, size, root, time } = readCheckpoint(note)!
  const signature = /— \S+ (\S+)\n$/.exec(note)![1]
  const words = [WORD, origin, size, Buffer.from(root).toString('base64'), isoTime(time), signature]
  return `<${PRIORITY}>1 ${isoTime(time)} ${hostname()} thingward - checkpoint - ${words.join(' ')}`
}

const LINE = new RegExp(`${WORD} (\\S+) (\\d+) (\\S+) (\\S+Z) ([A-Za-z0-9+/=]+)`, 'g')

/** All signed notes in a text, be they whole or lines of syslog; none is verified. */
export function notesIn(text: string): string[] {
  const lines = [...text.matchAll(LINE)].map(
    ([, origin, size, root, time, signature]) =>
      `${origin}\n${size}\n${root}\ntime ${time}\n\n— ${origin} ${signature}\n`,
  )
  const notes = [...text.matchAll(NOTES)].map(([note]) => note)
  return [...notes, ...lines].filter((note) => readCheckpoint(note) !== undefined)
}
