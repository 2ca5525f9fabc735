// The beginning of an input, read ahead: what format it is, and when its first packet came.
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { AddressBook } from '../core/addresses.ts'
import { AnomalyTable } from '../core/anomaly.ts'
import { Packet } from '../decode/index.ts'
import { EndpointTable, NameTable } from '../flow/index.ts'
import { decompressed } from './decompression.ts'
import { CaptureRecords } from './sources/pcap-records.ts'

/** Enough for section and interface headers, a first record, or a line of a log. */
const HEAD = 64 * 1024

/** The first bytes of a file, decompressed if need be; empty when it cannot be read. */
export async function readHead(path: string): Promise<Buffer> {
  const stream = createReadStream(path, { highWaterMark: HEAD })
  try {
    return (await gather(decompressed(stream))).head
  } catch {
    return Buffer.alloc(0)
  } finally {
    stream.destroy()
  }
}

/** The first bytes of a stream, decompressed, and all of it with them put back in front. */
export async function peekStream(stream: Readable): Promise<{ head: Buffer; whole: Readable }> {
  const { head, pieces } = await gather(decompressed(stream))
  let next: Promise<IteratorResult<Buffer>> = Promise.resolve({
    done: head.length === 0,
    value: head,
  })
  const whole = new Readable({
    read() {
      next.then(
        ({ done, value }) => {
          if (!done) next = pieces.next()
          this.push(done ? null : value)
        },
        (cause: Error) => this.destroy(cause),
      )
    },
    // What is destroyed here lets go of the stream itself, even while that has nothing to say.
    destroy(cause, done) {
      stream.destroy()
      done(cause)
    },
  })
  return { head, whole }
}

/** Waits for the first piece only: a live stream may say no more for a while. */
async function gather(stream: AsyncIterable<Buffer>) {
  const pieces = stream[Symbol.asyncIterator]()
  const { done, value } = await pieces.next()
  return { head: done ? Buffer.alloc(0) : value, pieces }
}

/** Packet time of the first record in the first bytes of a capture; Infinity when there is none. */
export function captureStart(head: Buffer): number {
  const addresses = new AddressBook(1)
  let start = Infinity
  const packet = new Packet()
  const records = new CaptureRecords('', {
    packet,
    addresses,
    endpoints: new EndpointTable(2, addresses),
    names: new NameTable(16, 16),
    anomalies: new AnomalyTable(),
    before: 0,
    observer: {},
    signal: new AbortController().signal,
    frame: () => {
      if (start === Infinity) start = packet.time
    },
    progress: () => {},
    tick: () => {},
  })
  records.read(head, 0, head.length)
  return start
}
