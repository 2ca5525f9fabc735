// How a platform is set up: the site file (YAML), and the words of the command line, which win.
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { defaultDataFolder } from '../../core/data-folder.ts'
import { OperatingError } from '../../core/errors.ts'
import type { SensorSettings } from './observed.ts'

const Name = z.string().regex(/^[A-Za-z0-9][\w.-]{0,59}$/, 'letters, digits, - _ . only')
const Sensor = z
  .strictObject({
    id: Name.optional(),
    segment: Name.default('lan'),
    interface: z.string().optional(),
    read: z.string().optional(),
    memory: z.number().min(64).max(65_536).default(256),
  })
  .refine((sensor) => (sensor.interface === undefined) !== (sensor.read === undefined), {
    message: "either 'interface' or 'read'",
  })
const SiteFile = z.strictObject({
  site: Name.default('site'),
  data: z.string().optional(),
  listen: z.string().optional(),
  names: z.array(z.string().max(253)).max(64).default([]),
  certificate: z.strictObject({ certificate: z.string(), key: z.string() }).optional(),
  networks: z
    .array(z.strictObject({ prefix: z.string(), segment: Name, ot: z.boolean().default(false) }))
    .max(1000)
    .default([]),
  sensors: z.array(Sensor).max(32).default([]),
})
type SiteFile = z.infer<typeof SiteFile>

/** What the command line may say. */
export interface PlatformWords {
  readonly config?: string
  readonly data?: string
  readonly listen?: string
  readonly interface?: string
  readonly read?: readonly string[]
  readonly log?: string
}

/** Everything a platform is started with. */
export interface PlatformSettings {
  readonly data: string
  readonly host: string
  readonly port: number
  readonly site: string
  readonly networks: SiteFile['networks']
  readonly names: readonly string[]
  readonly certificate?: { readonly certificate: string; readonly key: string }
  readonly sensors: readonly SensorSettings[]
  readonly logLevel: string
}

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/** Throws OperatingErrors that name file and place of what does not fit. */
export function platformSettings(words: PlatformWords): PlatformSettings {
  const file = words.config === undefined ? SiteFile.parse({}) : readSiteFile(words.config)
  const { host, port } = listenAddress(words.listen ?? file.listen ?? 'localhost:8443')
  const logLevel = words.log ?? 'warn'
  if (!LEVELS.includes(logLevel)) {
    throw new OperatingError('bad-option', `'${logLevel}' is none of ${LEVELS.join(', ')}`)
  }
  return {
    data: resolve(words.data ?? file.data ?? defaultDataFolder()),
    host,
    port,
    site: file.site,
    networks: file.networks,
    names: file.names,
    ...(file.certificate && { certificate: file.certificate }),
    sensors: named(sensorsOf(words, file), file.site),
    logLevel,
  }
}

function readSiteFile(path: string): SiteFile {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new OperatingError('site-file', `${path} cannot be read (${code})`, { cause })
  }
  let value: unknown
  try {
    value = parse(text, { maxAliasCount: 20 }) ?? {}
  } catch (cause) {
    const [line] = (cause as Error).message.split('\n')
    throw new OperatingError('site-file', `${path}: ${line}`, { cause })
  }
  const read = SiteFile.safeParse(value)
  if (!read.success) {
    const [issue] = read.error.issues
    const place = issue.path.length > 0 ? ` at '${issue.path.join('.')}'` : ''
    throw new OperatingError('site-file', `${path}${place}: ${issue.message}`)
  }
  return relative(read.data, dirname(resolve(path)))
}

/** Files are named from where the site file lies. */
function relative(file: SiteFile, folder: string): SiteFile {
  const { certificate, data } = file
  return {
    ...file,
    ...(data !== undefined && { data: resolve(folder, data) }),
    ...(certificate && {
      certificate: {
        certificate: resolve(folder, certificate.certificate),
        key: resolve(folder, certificate.key),
      },
    }),
    sensors: file.sensors.map((sensor) => ({
      ...sensor,
      ...(sensor.read !== undefined && { read: resolve(folder, sensor.read) }),
    })),
  }
}

type FileSensor = z.infer<typeof Sensor>

/** The command line's source takes the place of those of the file. */
function sensorsOf({ interface: name, read }: PlatformWords, file: SiteFile): FileSensor[] {
  const plain = { segment: 'lan', memory: 256 }
  const own = (read ?? []).map((path) => ({ ...plain, read: resolve(path) }))
  if (name !== undefined) return [{ ...plain, interface: name }, ...own]
  return own.length > 0 ? own : file.sensors
}

function named(sensors: readonly FileSensor[], site: string): SensorSettings[] {
  const taken = new Set<string>(['core', 'signer', 'console'])
  return sensors.map(({ id, segment, memory, interface: name, read }) => {
    const stem = id ?? segment
    let unique = stem
    for (let count = 2; taken.has(unique); count++) unique = `${stem}-${count}`
    if (id !== undefined && unique !== id) {
      throw new OperatingError('site-file', `two sensors are called '${id}'`)
    }
    taken.add(unique)
    return {
      id: unique,
      site,
      segment,
      memoryMegabytes: memory,
      ...(name !== undefined && { interface: name }),
      ...(read !== undefined && { read }),
    }
  })
}

/** `HOST:PORT`, `[::1]:8443`, `:8443`. */
function listenAddress(text: string): { host: string; port: number } {
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text)
  const port = Number(parts?.[3])
  if (!parts || port > 65_535) {
    throw new OperatingError('bad-option', `'${text}' is no HOST:PORT such as localhost:8443`)
  }
  return { host: parts[1] ?? (parts[2] || '0.0.0.0'), port }
}
