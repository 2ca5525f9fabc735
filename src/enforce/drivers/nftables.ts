// The kernel's packet filter, through `nft`: whole transactions as text on its standard input,
// answers as JSON. A transaction is taken as a whole or not at all.
import { spawn } from 'node:child_process'
import { EXIT, OperatingError } from '../../core/errors.ts'
import { COUNTERS, TABLE } from '../base-text.ts'
import type { Standing } from '../change.ts'
import { QUARANTINE_SET, STOPPED_SET } from '../cut-text.ts'
import type { Driver } from '../driver.ts'
import { countsFrom, cutsFrom, openFrom, standingFrom, stoppedFrom } from './listing.ts'

/** nft takes seconds for 100,000 entries; a minute means that it hangs. */
const TIME_MS_MAX = 60_000
/** A listing of 100,000 entries is some 10 MB. */
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024

/** How nft is called: `['nft']`, or `['ip', 'netns', 'exec', 'name', 'nft']` in tests. */
export interface NftablesOptions {
  readonly command?: readonly string[]
}

/** Drives nftables. Needs CAP_NET_ADMIN; throws OperatingErrors that say what nft answered. */
export class NftablesDriver implements Driver {
  readonly id = 'nftables'
  private readonly command: readonly string[]

  constructor({ command = ['nft'] }: NftablesOptions = {}) {
    this.command = command
  }

  async standing(): Promise<Standing> {
    const lists = ['list chains inet', 'list chains netdev']
    const [inet, netdev] = await Promise.all(lists.map((words) => this.list(words)))
    const head = standingFrom({ inet, netdev, table: [] })
    if (head.base === undefined) return head
    // Without -t the elements of every profile would come too.
    const [sets, ...maps] = await Promise.all([
      this.list('list sets inet', ['-t']),
      ...Object.keys(head.maps).map((map) => this.list(`list map inet ${TABLE} ${map}`)),
    ])
    return standingFrom({ inet, netdev, table: [...sets, ...maps.flat()] })
  }

  async apply(text: string): Promise<void> {
    if (text !== '') await this.run(['-f', '-'], text)
  }

  async counts() {
    // One call each: nft 1.0.6 finds only the last set of several that are asked for at once.
    const lists = COUNTERS.map(({ name }) => this.listIfThere(`list set inet ${TABLE} ${name}`))
    const stopped = await this.listIfThere(`list set netdev ${TABLE} ${STOPPED_SET}`)
    const counted = (await Promise.all(lists)).flat()
    return { counts: countsFrom(counted), stopped: stoppedFrom(stopped) }
  }

  async cuts() {
    return cutsFrom(await this.listIfThere(`list set netdev ${TABLE} ${QUARANTINE_SET}`))
  }

  async open() {
    return openFrom(await this.listIfThere(`list set inet ${TABLE} open`))
  }

  /** Nothing where the table or set does not exist. */
  private async listIfThere(command: string): Promise<unknown[]> {
    try {
      return await this.list(command)
    } catch (error) {
      const isMissing = error instanceof OperatingError && /No such file/.test(error.message)
      if (isMissing) return []
      throw error
    }
  }

  private async list(command: string, words: readonly string[] = []): Promise<unknown[]> {
    const output = await this.run(['-j', ...words, command], '')
    return (JSON.parse(output) as { readonly nftables?: unknown[] }).nftables ?? []
  }

  private run(words: readonly string[], input: string): Promise<string> {
    const [program, ...before] = this.command
    return new Promise((resolve, reject) => {
      const child = spawn(program, [...before, ...words], { timeout: TIME_MS_MAX })
      const output: Buffer[] = []
      let length = 0
      let problem = ''
      child.stdout.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length > OUTPUT_BYTES_MAX) child.kill('SIGKILL')
        else output.push(chunk)
      })
      child.stderr.on('data', (chunk: Buffer) => {
        if (problem.length < 4096) problem += chunk.toString('utf8')
      })
      // It may have ended before it has read all; its exit code says why.
      child.stdin.on('error', () => undefined)
      child.on('error', (cause) => reject(notStarted(program, cause)))
      child.on('close', (code, signal) => {
        if (code === 0) resolve(Buffer.concat(output).toString('utf8'))
        else reject(refused(problem, signal))
      })
      child.stdin.end(input)
    })
  }
}

function notStarted(program: string, cause: NodeJS.ErrnoException): OperatingError {
  const why = cause.code === 'ENOENT' ? 'it is not installed (Debian: nftables)' : cause.message
  return new OperatingError('nft-missing', `${program} could not be started: ${why}`, {
    exitCode: EXIT.setup,
    cause,
  })
}

function refused(problem: string, signal: NodeJS.Signals | null): OperatingError {
  if (signal) {
    const what = `nft was ended by ${signal}; the rules are as they were before, or as asked`
    return new OperatingError('nft-ended', what, { exitCode: EXIT.setup })
  }
  const [first = ''] = problem.split('\n').filter((line) => line !== '')
  if (/Operation not permitted/.test(problem)) {
    const what = 'nft: not permitted: run as root, or give the program CAP_NET_ADMIN'
    return new OperatingError('nft-not-permitted', what, { exitCode: EXIT.setup })
  }
  const what = `nft refused, nothing was changed: ${first.slice(0, 300)}`
  return new OperatingError('nft-refused', what, { exitCode: EXIT.setup })
}
