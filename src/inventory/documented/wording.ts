// Words of lists → our words: categories from roles and types, MACs and addresses from cells that
// hold one or several, in any of the usual notations.
import { macText, parseMac, parseV4, parseV6, v4Text, v6Text } from '../../core/addresses.ts'
import { CATEGORIES, type Category } from '../device.ts'
import { INVENTORY_LIMITS } from '../limits.ts'
import type { DocumentedDevice, DocumentedPlace, Draft } from './record.ts'

const TEXT = 256
const LISTED = 64

/** What people call things, beside the categories' own names. Looked up word by word. */
const CALLED: readonly (readonly [pattern: RegExp, category: Category])[] = [
  [/\b(doorbell|intercom|door station)\b/, 'doorbell'],
  [/\b(nvr|dvr|video recorder)\b/, 'recorder'],
  [/\b(ip ?cam(era)?|cctv|webcam|surveillance camera)s?\b/, 'camera'],
  [/\b(wap|wlan ap|wireless ap|wi ?fi ap|access ?points?|ap)\b/, 'access-point'],
  [/\b(firewall|gateway router|wan router|edge)\b/, 'router'],
  [/\b(switch(es)?|tor|leaf|spine|oob switch)\b/, 'switch'],
  [/\b(router|rtr)s?\b/, 'router'],
  [/\b(voip|ip phone|desk ?phone|sip phone)s?\b/, 'voip-phone'],
  [/\b(smart ?phone|mobile|handset)s?\b/, 'phone'],
  [/\b(laptop|desktop|notebook|workstation|pc|client)s?\b/, 'computer'],
  [/\b(mfp|mfd|printer|copier|plotter)s?\b/, 'printer'],
  [/\b(hypervisor|esxi|server|vm host)s?\b/, 'server'],
  [/\b(storage|san|filer)\b/, 'nas'],
  [/\b(pdu|smart plug|socket|outlet)s?\b/, 'plug'],
  [/\b(television|display|signage)s?\b/, 'tv'],
  [/\b(bms|building automation|ddc)\b/, 'bms-controller'],
  [/\b(programmable logic controller|s7|controllogix)s?\b/, 'plc'],
  [/\b(remote i ?o|io module|i o)\b/, 'io'],
  [/\b(operator panel|touch panel)s?\b/, 'hmi'],
  [/\b(ev charger|wallbox|charging station)s?\b/, 'vehicle-charger'],
  [/\b(inverter|vfd|servo)s?\b/, 'drive'],
  [/\b(lamp|luminaire|bulb|lighting)s?\b/, 'light'],
  [/\b(thermometer|detector|probe)s?\b/, 'sensor'],
]

const simple = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()

/** The category a list's word means; '' when it means none of ours. */
export function categoryOf(word: string): Category | '' {
  const text = simple(word)
  if (text === '' || text === 'unknown') return ''
  const own = CATEGORIES.find((category) => {
    const name = category.replaceAll('-', ' ')
    return text === name || text === `${name}s`
  })
  if (own && own !== 'unknown') return own
  const called = CALLED.find(([pattern]) => pattern.test(text))
  if (called) return called[1]
  const inside = CATEGORIES.find(
    (category) => category.length > 2 && ` ${text} `.includes(` ${category.replaceAll('-', ' ')} `),
  )
  return inside && inside !== 'unknown' ? inside : ''
}

/** Every MAC in a cell; `problem` sees what is none. */
export function macsIn(cell: string, problem: (what: string) => void): string[] {
  return several(cell).flatMap((word) => {
    const mac = parseMac(word.replace(/\s/g, ''))
    if (mac > 0 && mac !== 0xffffffffffff) return [macText(mac)]
    problem(`'${word.slice(0, 40)}' is no MAC address`)
    return []
  })
}

/** Every address in a cell, without prefix length or zone. */
export function addressesIn(cell: string, problem: (what: string) => void): string[] {
  return several(cell).flatMap((word) => {
    const address = addressText(word)
    if (address !== '') return [address]
    if (!/^(dhcp|dynamic|auto|any)$/i.test(word)) problem(`'${word.slice(0, 40)}' is no address`)
    return []
  })
}

/** An address in the inventory's notation; '' when the word is none. */
export function addressText(word: string): string {
  const bare = word.split('/')[0]
  const v4 = parseV4(bare)
  if (v4 !== undefined) return v4Text(v4)
  const groups = parseV6(bare)
  return groups ? v6Text(groups) : ''
}

const several = (cell: string): string[] =>
  cell
    .split(/[\s,;|]+/)
    .map((word) => word.trim())
    .filter((word) => word !== '' && !EMPTY.test(word))
    .slice(0, LISTED)

/** What people write into a cell to say that they leave it empty. */
const EMPTY = /^(-+|—|n\/?a|none|null|unknown|tbd|\?+)$/i

/** Trimmed, without control characters, bounded; '' for what means nothing. */
export function tidy(text: string | undefined): string {
  if (text === undefined) return ''
  const clean = text
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
    .slice(0, TEXT)
  return EMPTY.test(clean) ? '' : clean
}

/** A whole record from its parts. */
export function recordOf(draft: Draft, place: DocumentedPlace): DocumentedDevice {
  const role = tidy(draft.role)
  return {
    key: tidy(draft.key),
    name: tidy(draft.name),
    macs: [...new Set(draft.macs)],
    addresses: [...new Set(draft.addresses)],
    manufacturer: tidy(draft.manufacturer),
    model: tidy(draft.model),
    category: categoryOf(role),
    role,
    serial: tidy(draft.serial),
    os: tidy(draft.os),
    firmware: tidy(draft.firmware),
    site: tidy(draft.site),
    segment: tidy(draft.segment),
    owner: tidy(draft.owner),
    status: tidy(draft.status).toLowerCase(),
    place,
  }
}

/** How many records one import may hold. */
export const RECORDS_MAX = INVENTORY_LIMITS.documented.value
