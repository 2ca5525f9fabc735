// Foreign JSON → MudFile, in all three dialects that are out there. Never throws; every repair has
// a name, so that a person can see what a file's author would have to change.
import { ACCESS_LIST_TYPES } from './mud-file.ts'
import type { AccessList, AccessListType, Ace, MudDialect, MudFile } from './mud-file.ts'
import type { Problem, Repair } from './mud-file.ts'
import { asInteger, asList, asObject, asText, node, type RawObject } from './raw.ts'
import { readMatches } from './read-matches.ts'
import { Reading } from './reading.ts'

export interface MudRead {
  /** Undefined when there is no MUD container in it at all. */
  readonly file?: MudFile
  readonly dialect: MudDialect
  readonly repairs: readonly Repair[]
  readonly problems: readonly Problem[]
}

/** Longest text that is looked at. */
const TEXT_MAX = 4_194_304

/** Reads a MUD file's text. Never throws: what cannot be read is a problem. */
export function readMudText(text: string): MudRead {
  const failed = (what: string): MudRead => ({
    dialect: 'rfc8520',
    repairs: [],
    problems: [{ severity: 'error', where: 'file', what }],
  })
  if (text.length > TEXT_MAX) return failed('longer than 4 MiB')
  try {
    return readMud(JSON.parse(text.replace(/^\uFEFF/, '')))
  } catch {
    return failed('not JSON')
  }
}

/** Reads a MUD file's JSON value. Never throws. */
export function readMud(json: unknown): MudRead {
  const reading = new Reading()
  const root = asObject(json) ?? {}
  const found = node(root, 'ietf-mud:mud')
  const mud = asObject(found?.value)
  if (!mud) {
    reading.error('file', 'there is no ietf-mud:mud in it')
    return { dialect: 'rfc8520', repairs: reading.repairs, problems: reading.problems }
  }
  if (found!.key === 'mud') reading.repaired('prefix-added', 'mud')
  const accessLists = readAccessLists(root, reading)
  const file: MudFile = {
    ...readHead(mud, reading),
    fromDevicePolicy: readPolicy(mud, 'from-device-policy', reading),
    toDevicePolicy: readPolicy(mud, 'to-device-policy', reading),
    accessLists,
    preserved: preservedOf(root, mud),
  }
  checkReferences(file, reading)
  return { file, dialect: dialectOf(reading), repairs: reading.repairs, problems: reading.problems }
}

function dialectOf(reading: Reading): MudDialect {
  const kinds = new Set(reading.repairs.map(({ kind }) => kind))
  const old = [
    'acl-named',
    'entries-renamed',
    'match-renamed',
    'ports-moved',
    'class-moved',
  ] as const
  if (old.some((kind) => kinds.has(kind))) return 'draft-2017'
  return kinds.has('access-lists-renamed') ? 'mudgee' : 'rfc8520'
}

const TEXT_LEAVES = [
  ['mudSignature', 'mud-signature'],
  ['systeminfo', 'systeminfo'],
  ['mfgName', 'mfg-name'],
  ['modelName', 'model-name'],
  ['firmwareRev', 'firmware-rev'],
  ['softwareRev', 'software-rev'],
  ['documentation', 'documentation'],
] as const

type Head = Omit<MudFile, 'fromDevicePolicy' | 'toDevicePolicy' | 'accessLists' | 'preserved'>

function readHead(mud: RawObject, reading: Reading): Head {
  const texts: Record<string, string> = {}
  for (const [name, leaf] of TEXT_LEAVES) {
    const text = asText(mud[leaf], 4096)
    if (text !== undefined) texts[name] = text
    else if (mud[leaf] !== undefined) reading.error('mud', `${leaf} is not a text`)
  }
  const mudUrl = asText(mud['mud-url'], 4096) ?? ''
  if (mudUrl === '') reading.error('mud', 'mud-url is missing')
  else if (!/^https:\/\//i.test(mudUrl))
    reading.warning('mud', 'mud-url is not https (RFC 8520 3.2)')
  let lastUpdate = asText(mud['last-update']) ?? ''
  if (DATE_AND_TIME.test(`${lastUpdate}Z`)) {
    reading.repaired('time-zone-added', 'mud')
    lastUpdate += 'Z'
  } else if (!DATE_AND_TIME.test(lastUpdate)) {
    reading.error('mud', 'last-update is missing or no date')
  }
  const cacheValidity = mud['cache-validity']
  const cacheValidityHours = asInteger(cacheValidity, 168) ?? 48
  if (
    cacheValidity !== undefined &&
    (cacheValidity !== cacheValidityHours || cacheValidity === 0)
  ) {
    reading.error('mud', 'cache-validity is not 1 to 168 hours')
  }
  if (typeof mud['is-supported'] !== 'boolean') reading.error('mud', 'is-supported is missing')
  return {
    mudVersion: readVersion(mud, reading),
    mudUrl,
    lastUpdate,
    cacheValidityHours: Math.max(1, cacheValidityHours),
    isSupported: mud['is-supported'] !== false,
    ...texts,
    extensions: (asList(mud.extensions) ?? [])
      .filter((one) => typeof one === 'string')
      .slice(0, 64),
  }
}

/** RFC 6991 date-and-time. */
export const DATE_AND_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

function readVersion(mud: RawObject, reading: Reading): number {
  const version = mud['mud-version']
  if (version === undefined) reading.repaired('version-added', 'mud')
  else if (version !== 1) reading.error('mud', 'mud-version is not 1')
  return asInteger(version, 255) ?? 1
}

/** Names of the access lists that a policy refers to. */
function readPolicy(mud: RawObject, which: string, reading: Reading): string[] {
  const lists = asObject(asObject(mud[which])?.['access-lists'])
  const entries = asList(lists?.['access-list']) ?? []
  const names: string[] = []
  for (const entry of entries) {
    const raw = asObject(entry) ?? {}
    const name = asText(raw.name) ?? asText(raw['acl-name'])
    if (raw['acl-name'] !== undefined) reading.repaired('acl-named', which)
    if (name === undefined) reading.error(which, 'an access-list has no name')
    else names.push(name)
  }
  return names
}

function readAccessLists(root: RawObject, reading: Reading): AccessList[] {
  const found =
    node(root, 'ietf-access-control-list:acls') ??
    node(root, 'ietf-access-control-list:access-lists') ??
    node(root, 'ietf-access-control-list:acl')
  if (!found) return []
  if (found.key.endsWith('access-lists')) reading.repaired('access-lists-renamed', 'file')
  const container = asObject(found.value)
  const value = container?.acl ?? container?.['access-list'] ?? found.value
  if (!Array.isArray(value)) reading.repaired('list-wrapped', 'acls')
  const lists = asList(value) ?? [value]
  return lists
    .slice(0, 1000)
    .map((entry) => readAccessList(asObject(entry) ?? {}, reading))
    .filter((list) => list !== undefined)
}

function readAccessList(raw: RawObject, reading: Reading): AccessList | undefined {
  const name = asText(raw.name) ?? asText(raw['acl-name'])
  if (name === undefined) {
    reading.error('acls', 'an access list has no name')
    return undefined
  }
  const where = `acl ${name}`
  if (raw['acl-name'] !== undefined) reading.repaired('acl-named', where)
  const container = asObject(raw.aces) ?? asObject(raw['access-list-entries'])
  if (raw['access-list-entries'] !== undefined) reading.repaired('entries-renamed', where)
  const value = container?.ace
  if (value !== undefined && !Array.isArray(value)) reading.repaired('list-wrapped', where)
  const entries = asList(value) ?? (value === undefined ? [] : [value])
  const names = new Set<string>()
  const aces = entries
    .map((entry, index) =>
      readAce(asObject(entry) ?? {}, `${where}/ace ${index}`, { names, reading }),
    )
    .filter((ace) => ace !== undefined)
  return { name, type: readType(raw, aces, { where, reading }), aces }
}

function readAce(
  raw: RawObject,
  where: string,
  { names, reading }: { readonly names: Set<string>; readonly reading: Reading },
): Ace | undefined {
  let name = asText(raw.name) ?? asText(raw['rule-name'])
  if (raw['rule-name'] !== undefined) reading.repaired('acl-named', where)
  if (name === undefined || names.has(name)) {
    reading.repaired('name-made', where)
    name = `${name ?? 'ace'}-${names.size}`
  }
  names.add(name)
  const matches = readMatches(asObject(raw.matches) ?? {}, where, reading)
  const action = asText(node(asObject(raw.actions) ?? {}, 'forwarding')?.value) ?? ''
  const forwarding = action.slice(action.indexOf(':') + 1)
  if (!matches) return undefined
  if (forwarding !== 'accept' && forwarding !== 'drop' && forwarding !== 'reject') {
    reading.error(where, 'forwarding is none of accept, drop, reject: entry dropped')
    return undefined
  }
  return { name, matches, forwarding }
}

/** The type that the entries' matches need: which of eth, ipv4, ipv6 occur. */
function neededParts(aces: readonly Ace[]): { eth: boolean; ipv4: boolean; ipv6: boolean } {
  return {
    eth: aces.some(({ matches }) => matches.eth),
    ipv4: aces.some(({ matches }) => matches.ipv4),
    ipv6: aces.some(({ matches }) => matches.ipv6),
  }
}

function readType(
  raw: RawObject,
  aces: readonly Ace[],
  { where, reading }: { readonly where: string; readonly reading: Reading },
): AccessListType {
  const said = asText(raw.type) ?? asText(raw['acl-type'])
  const plain = said
    ?.slice(said.indexOf(':') + 1)
    .replace(/^ethernet-/, 'eth-')
    .replace(/-acl$/, '-acl-type')
  const needs = neededParts(aces)
  const fits = ACCESS_LIST_TYPES.filter((type) => allows(type, needs))
  const known = ACCESS_LIST_TYPES.find((type) => type === plain)
  if (known === undefined) {
    reading.repaired('type-guessed', where)
    return fits[0] ?? 'mixed-eth-ipv4-ipv6-acl-type'
  }
  if (said!.slice(said!.indexOf(':') + 1) !== known) reading.repaired('type-renamed', where)
  if (fits.includes(known)) return known
  reading.repaired('type-mixed', where)
  return fits.find((type) => type.startsWith('mixed')) ?? 'mixed-eth-ipv4-ipv6-acl-type'
}

/** RFC 8519: which match containers an access list of this type may have. */
export function allows(
  type: AccessListType,
  needs: { readonly eth: boolean; readonly ipv4: boolean; readonly ipv6: boolean },
): boolean {
  const parts = type.split('-')
  return (
    (!needs.eth || parts.includes('eth')) &&
    (!needs.ipv4 || parts.includes('ipv4')) &&
    (!needs.ipv6 || parts.includes('ipv6'))
  )
}

/** Nodes beside the ones RFC 8520 defines; extensions above all. */
function preservedOf(root: RawObject, mud: RawObject): { [name: string]: unknown } {
  const preserved: { [name: string]: unknown } = {}
  const known = /^(mud-(version|url|signature)|last-update|cache-validity|is-supported|extensions)$/
  for (const [key, value] of Object.entries(mud)) {
    const leaf = TEXT_LEAVES.some(([, name]) => name === key)
    if (!leaf && !known.test(key) && !/^(from|to)-device-policy$/.test(key)) preserved[key] = value
  }
  for (const [key, value] of Object.entries(root)) {
    if (!/(^|:)(mud|acls|access-lists|acl)$/.test(key)) preserved[`/${key}`] = value
  }
  return preserved
}

function checkReferences(file: MudFile, reading: Reading): void {
  const names = new Set<string>()
  for (const { name } of file.accessLists) {
    if (names.has(name))
      reading.warning(`acl ${name}`, 'two access lists have this name: both hold')
    names.add(name)
  }
  const used = [...file.fromDevicePolicy, ...file.toDevicePolicy]
  for (const name of used)
    if (!names.has(name)) reading.error(`acl ${name}`, 'is referred to, but missing')
  for (const name of names) {
    if (!used.includes(name)) reading.warning(`acl ${name}`, 'no policy refers to it')
  }
}
