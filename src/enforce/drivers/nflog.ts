// Listens to what the ruleset logs, through a `tcpdump` child: it reads the netlink group and
// writes pcap.
import { spawn, type ChildProcess } from 'node:child_process'
import { EXIT, OperatingError } from '../../core/errors.ts'
import { LOG_GROUP } from '../base-text.ts'
import { blockedFlow, type BlockedFlow } from '../blocked-flow.ts'

const HEADER_BYTES = 24
const RECORD_BYTES = 16
/** tcpdump is told to cut at this; a longer record means that we lost the place. */
const RECORD_BYTES_MAX = 65_535
const MAGIC = 0xa1b2c3d4
const NFLOG = 239

/** Splits pcap as it comes into records of blocked flows. */
export class NflogReader {
  private readonly tell: (flow: BlockedFlow) => void
  private rest: Buffer = Buffer.alloc(0)
  private hasHeader = false

  constructor(tell: (flow: BlockedFlow) => void) {
    this.tell = tell
  }

  /** Throws an OperatingError when it is not what `tcpdump -i nflog` writes. */
  push(chunk: Buffer): void {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    if (!this.hasHeader) {
      if (this.rest.length < HEADER_BYTES) return
      const isOurs = this.rest.readUInt32LE(0) === MAGIC && this.rest.readUInt32LE(20) === NFLOG
      if (!isOurs) throw new OperatingError('no-log', 'tcpdump wrote something else than NFLOG')
      this.hasHeader = true
      this.rest = this.rest.subarray(HEADER_BYTES)
    }
    while (this.rest.length >= RECORD_BYTES) {
      const length = this.rest.readUInt32LE(8)
      if (length > RECORD_BYTES_MAX) throw new OperatingError('no-log', 'tcpdump lost its place')
      if (this.rest.length < RECORD_BYTES + length) return
      const time = this.rest.readUInt32LE(0) * 1_000_000 + this.rest.readUInt32LE(4)
      const record = this.rest.subarray(RECORD_BYTES, RECORD_BYTES + length)
      const flow = blockedFlow(record, time)
      if (flow) this.tell(flow)
      this.rest = this.rest.subarray(RECORD_BYTES + length)
    }
  }
}

/** Listens until it is ended. */
export class BlockedListener {
  /** Resolves when tcpdump has ended; rejects with an OperatingError when it could not listen. */
  readonly ended: Promise<void>
  private readonly child: ChildProcess
  private isWanted = true

  constructor(tell: (flow: BlockedFlow) => void) {
    const words = ['-i', `nflog:${LOG_GROUP}`, '-U', '-n', '-s', '512', '-w', '-']
    const child = spawn('tcpdump', words, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.child = child
    let problem = ''
    child.stderr.on('data', (chunk: Buffer) => {
      if (problem.length < 2000) problem += chunk.toString('utf8')
    })
    this.ended = new Promise((resolve, reject) => {
      const reader = new NflogReader(tell)
      child.stdout.on('data', (chunk: Buffer) => {
        try {
          reader.push(chunk)
        } catch (error) {
          child.kill()
          reject(error as Error)
        }
      })
      child.on('error', (cause) => {
        const what = `tcpdump could not be started: ${cause.message} (Debian: tcpdump)`
        reject(new OperatingError('no-log', what, { exitCode: EXIT.setup, cause }))
      })
      child.on('close', () => {
        if (!this.isWanted) return resolve()
        const line = problem.trim().split('\n').at(-1) ?? ''
        const what = `listening ended: ${line.slice(0, 200)}`
        reject(new OperatingError('no-log', what, { exitCode: EXIT.setup }))
      })
    })
  }

  end(): void {
    this.isWanted = false
    this.child.kill()
  }
}
