// How often the inventory names a device's category and manufacturer rightly, measured on captures
// whose devices are known. `node test/accuracy/devices.ts LABELS.tsv [-v]` with THINGWARD_CAPTURES
// set; a truth.json of the project's own test network is taken in the same way.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Watch } from '../../src/app/index.ts'
import { makerOf, type Attribute, type Device } from '../../src/inventory/index.ts'
import { pcapFile } from '../../src/sensor/index.ts'

/** What is believed from this confidence on counts as said; below it the device is 'unknown'. */
const BELIEVED = 0.3

export interface Label {
  readonly mac: string
  readonly address: string
  readonly manufacturer: string
  readonly category: string
}

export interface Case {
  readonly name: string
  readonly file: string
  readonly labels: readonly Label[]
}

/** One attribute's account: said and right, said and wrong, not said. */
export interface Tally {
  right: number
  wrong: number
  unknown: number
  /** Sum of (confidence - right)², for the Brier score. */
  error: number
  readonly mistakes: Map<string, number>
}

export interface Accuracy {
  readonly captures: number
  /** Labelled devices found, and those whose MAC or address no device has. */
  readonly found: number
  readonly missing: number
  readonly category: Tally
  readonly manufacturer: Tally
}

const tally = (): Tally => ({ right: 0, wrong: 0, unknown: 0, error: 0, mistakes: new Map() })

/**
 * Reads the table 'folder, mac, captures, vendor, model, category'; every capture of a folder is a
 * case.
 */
export function labelledCases(captures: string, table: string): Case[] {
  const [header, ...rows] = readFileSync(table, 'utf8').trim().split('\n')
  const columns = header.split('\t')
  const column = (row: string[], name: string) => row[columns.indexOf(name)] ?? ''
  return rows.flatMap((line) => {
    const row = line.split('\t')
    const folder = folderNamed(captures, column(row, 'folder'))
    const label = {
      mac: column(row, 'mac'),
      address: '',
      manufacturer: column(row, 'vendor'),
      category: column(row, 'category'),
    }
    return readdirSync(folder)
      .filter((name) => name.endsWith('.pcap'))
      .map((name) => ({
        name: `${column(row, 'folder')}/${name}`,
        file: join(folder, name),
        labels: [label],
      }))
  })
}

function folderNamed(root: string, name: string): string {
  const found = readdirSync(root, { recursive: true, withFileTypes: true }).find(
    (entry) => entry.isDirectory() && entry.name === name,
  )
  if (!found) throw new Error(`no folder ${name} below ${root}`)
  return join(found.parentPath, name)
}

interface Truth {
  readonly capture: string
  readonly devices: readonly {
    readonly name: string
    readonly category: string
    readonly manufacturer: string | null
    readonly macs: readonly string[]
    readonly ipv4: readonly string[]
  }[]
}

/** The project's own recordings: truth.json beside the capture. */
export function truthCase(file: string): Case {
  const truth = JSON.parse(readFileSync(file, 'utf8')) as Truth
  return {
    name: file,
    file: join(dirname(file), truth.capture),
    labels: truth.devices.map((device) => ({
      mac: device.macs[0] ?? '',
      address: device.ipv4[0] ?? '',
      manufacturer: device.manufacturer ?? '',
      category: device.category,
    })),
  }
}

/** Other words for our categories in tables that others wrote. */
const SAME: ReadonlyMap<string, readonly string[]> = new Map([
  ['television', ['tv']],
  ['laptop', ['computer']],
  ['door-station', ['doorbell']],
  ['recorder', ['recorder']],
])

export async function measure(
  cases: readonly Case[],
  report?: (name: string, label: Label, device: Device | undefined) => void,
): Promise<Accuracy> {
  const category = tally()
  const manufacturer = tally()
  let found = 0
  let missing = 0
  for (const one of cases) {
    const watch = await Watch.create({})
    const { devices } = await watch.run([pcapFile(one.file)])
    for (const label of one.labels) {
      const device = devices.find(
        ({ macs, addresses }) =>
          (label.mac !== '' && macs.includes(label.mac)) ||
          addresses.some(({ address }) => address === label.address),
      )
      report?.(one.name, label, device)
      if (!device) {
        missing++
        continue
      }
      found++
      const words = SAME.get(label.category) ?? [label.category]
      count(category, device.attributes.type, {
        truth: label.category,
        isRight: (value) => words.includes(value),
      })
      if (label.manufacturer === '') continue
      count(manufacturer, device.attributes.manufacturer, {
        truth: label.manufacturer,
        isRight: (value) => sameMaker(value, label.manufacturer),
      })
    }
  }
  return { captures: cases.length, found, missing, category, manufacturer }
}

function count(
  account: Tally,
  attribute: Attribute | undefined,
  { truth, isRight }: { readonly truth: string; isRight(value: string): boolean },
): void {
  if (!attribute || attribute.confidence < BELIEVED) {
    account.unknown++
    account.mistakes.set(
      `${truth} → unknown`,
      (account.mistakes.get(`${truth} → unknown`) ?? 0) + 1,
    )
    return
  }
  const right = isRight(attribute.value)
  account.error += (attribute.confidence - Number(right)) ** 2
  if (right) account.right++
  else {
    account.wrong++
    const mistake = `${truth} → ${attribute.value}`
    account.mistakes.set(mistake, (account.mistakes.get(mistake) ?? 0) + 1)
  }
}

const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '')

/**
 * 'Hikvision' is in 'Hangzhou Hikvision Digital Technology'; 'Hewlett Packard' is known as 'HP'.
 */
const sameMaker = (value: string, truth: string) =>
  [truth, makerOf(truth).name].some(
    (name) => plain(name).includes(plain(value)) || plain(value).includes(plain(name)),
  )

const share = (part: number, all: number) => (all === 0 ? '-' : (part / all).toFixed(3))

function line(name: string, { right, wrong, unknown, error, mistakes }: Tally): string {
  const said = right + wrong
  const all = said + unknown
  return (
    `${name}: precision ${share(right, said)} recall ${share(right, all)} ` +
    `(right ${right}, wrong ${wrong}, unknown ${unknown}; Brier ${share(error, said)})\n` +
    [...mistakes]
      .toSorted((one, other) => other[1] - one[1])
      .map(([mistake, times]) => `    ${times} × ${mistake}\n`)
      .join('')
  )
}

/** As printed by `npm run accuracy`. */
export const accuracyText = (result: Accuracy) =>
  `${result.captures} captures, ${result.found} labelled devices found, ` +
  `${result.missing} missing\n` +
  line('category', result.category) +
  line('manufacturer', result.manufacturer)

function describe(name: string, label: Label, device: Device | undefined): void {
  const say = (attribute: Attribute | undefined) =>
    attribute ? `${attribute.value} ${attribute.confidence}` : 'unknown'
  console.log(
    [
      name,
      `${label.manufacturer} ${label.category}`,
      device ? say(device.attributes.manufacturer) : 'NOT FOUND',
      say(device?.attributes.type),
      `model ${say(device?.attributes.model)}`,
      `os ${say(device?.attributes.os)}`,
      device?.kind,
      device?.limits.join(' '),
    ].join(' | '),
  )
}

if (import.meta.main) {
  const captures = process.env['THINGWARD_CAPTURES'] ?? ''
  const table = process.argv[2]
  if (!table) throw new Error('usage: devices.ts LABELS.tsv|truth.json [-v]')
  const cases = table.endsWith('.json') ? [truthCase(table)] : labelledCases(captures, table)
  const report = process.argv.includes('-v') ? describe : undefined
  process.stdout.write(accuracyText(await measure(cases, report)))
}
