// What a person has decided about one gate: settings, phases, quarantine, versions applied. A small
// file that is replaced as a whole, a journal that only grows, and the policies of past versions.
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { writeDurably } from '../../core/durable-file.ts'
import { EXIT, OperatingError } from '../../core/errors.ts'
import type { GatePolicy } from '../../enforce/index.ts'

/** Versions that can be rolled back to. */
const VERSIONS_KEPT = 10

const times = { by: z.string(), at: z.number() }
const names = z.array(z.string())

const SETTINGS = z.object({
  lan: names,
  wan: names,
  newDevices: z.enum(['allow', 'outside', 'inside', 'nothing']),
  industrial: names,
  oneWay: names,
  local: names,
  /** Folder of profiles and MUD files. */
  profiles: z.string().optional(),
  /** Ask this machine's resolver for the names in rules when applying. */
  resolve: z.boolean(),
})

const PHASE = z.enum(['learn', 'review', 'dry-run', 'enforce'])

const QUARANTINE = z.object({
  macs: names,
  name: z.string(),
  reason: z.string(),
  /** Seconds since 1970; absent: until released. */
  until: z.number().optional(),
  ...times,
})

const STATE = z.object({
  schemaVersion: z.literal(1),
  settings: SETTINGS.optional(),
  /** By `keyOf` the device. */
  phases: z.record(z.string(), z.object({ phase: PHASE, confirmed: z.boolean(), ...times })),
  quarantine: z.array(QUARANTINE),
  open: z.object({ until: z.number(), reason: z.string(), ...times }).optional(),
  /** Version 0: nothing was applied yet. */
  version: z.number(),
  appliedAt: z.number().optional(),
})

/** What one gate stands between, and how. */
export type GateSettings = z.infer<typeof SETTINGS>
/** A person's word on a device, and who cut off whom; times are seconds since 1970. */
export type GateState = z.infer<typeof STATE>
/** One device cut off. */
export type Quarantine = z.infer<typeof QUARANTINE>

const NEW_STATE: GateState = { schemaVersion: 1, phases: {}, quarantine: [], version: 0 }

/** One line of the journal. */
export interface JournalEntry {
  readonly at: number
  readonly by: string
  readonly what: string
  readonly detail?: string
}

/** The folder `gate` in the data folder. Only one process changes it at a time. */
export class GateFolder {
  private readonly folder: string

  /** Throws an OperatingError when it cannot be made. */
  constructor(data: string) {
    this.folder = join(data, 'gate')
    told(this.folder, () =>
      mkdirSync(join(this.folder, 'versions'), { recursive: true, mode: 0o750 }),
    )
  }

  /** Throws an OperatingError when it is there but cannot be understood: it is not overwritten. */
  read(): GateState {
    const path = join(this.folder, 'state.json')
    const text = told(path, () => textIfThere(path))
    if (text === undefined) return NEW_STATE
    const parsed = STATE.safeParse(jsonOf(text))
    if (parsed.success) return parsed.data
    const what = `${path}: not the state of a gate that this version can read; move it away`
    throw new OperatingError('gate-state', what, { exitCode: EXIT.setup })
  }

  write(state: GateState): void {
    this.put('state.json', `${JSON.stringify(state, null, 1)}\n`)
  }

  /** Keeps a policy as a version; the oldest go. */
  keep(version: number, policy: GatePolicy): void {
    this.put(join('versions', `${version}.json`), JSON.stringify(flat(policy)))
    for (const old of this.versions().slice(0, -VERSIONS_KEPT)) {
      rmSync(join(this.folder, 'versions', `${old}.json`), { force: true })
    }
  }

  /** Numbers of the versions kept, ascending. */
  versions(): number[] {
    const files = told(this.folder, () => readdirSync(join(this.folder, 'versions')))
    const numbers = files.map((name) => Number(/^(\d+)\.json$/.exec(name)?.[1] ?? NaN))
    return numbers.filter((number) => !Number.isNaN(number)).toSorted((a, b) => a - b)
  }

  /** The policy of a version. Throws an OperatingError when it is not kept. */
  version(number: number): GatePolicy {
    const path = join(this.folder, 'versions', `${number}.json`)
    const text = told(path, () => textIfThere(path))
    if (text === undefined) {
      throw new OperatingError('no-version', `version ${number} is not kept (${path})`)
    }
    return unflat(jsonOf(text) as Flat)
  }

  /** Adds a line to the journal, durably. */
  journal(entry: JournalEntry): void {
    const path = join(this.folder, 'journal.jsonl')
    told(path, () => {
      const file = openSync(path, 'a', 0o640)
      try {
        writeSync(file, `${JSON.stringify(entry)}\n`)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
    })
  }

  /** Runs a step while no other process changes this gate. Throws when another one does. */
  async locked<Result>(step: () => Promise<Result>): Promise<Result> {
    const path = join(this.folder, 'lock')
    const holder = Number(told(path, () => textIfThere(path)) ?? NaN)
    if (!Number.isNaN(holder) && !isAlive(holder)) rmSync(path, { force: true })
    try {
      const file = openSync(path, 'wx', 0o640)
      writeSync(file, `${process.pid}`)
      closeSync(file)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw notUsable(path, cause)
      const what = `another command changes this gate now (process ${holder}): try again`
      throw new OperatingError('gate-busy', what, { exitCode: EXIT.setup, cause })
    }
    try {
      return await step()
    } finally {
      rmSync(path, { force: true })
    }
  }

  private put(name: string, text: string): void {
    const path = join(this.folder, name)
    told(path, () => writeDurably(path, text, 0o640))
  }
}

type Flat = Omit<GatePolicy, 'names' | 'nameDoubts'> & {
  readonly names: [string, readonly string[]][]
  readonly nameDoubts?: [string, string][]
}

/** Policies of this program hold no maps but those of names. */
const flat = ({ names = new Map(), nameDoubts = new Map(), ...rest }: GatePolicy): Flat => ({
  ...rest,
  names: [...names],
  nameDoubts: [...nameDoubts],
})
const unflat = ({ names, nameDoubts = [], ...rest }: Flat): GatePolicy => ({
  ...rest,
  names: new Map(names),
  nameDoubts: new Map(nameDoubts),
})

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function textIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw cause
  }
}

function told<Result>(path: string, step: () => Result): Result {
  try {
    return step()
  } catch (cause) {
    throw notUsable(path, cause)
  }
}

function notUsable(path: string, cause: unknown): OperatingError {
  const { code = '', message } = cause as NodeJS.ErrnoException
  const why = code === 'EACCES' ? 'no right to use it' : code === 'ENOSPC' ? 'disk full' : message
  return new OperatingError('gate-folder', `${path}: ${why}`, { exitCode: EXIT.setup, cause })
}
