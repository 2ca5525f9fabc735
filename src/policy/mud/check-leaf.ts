// The types of leaves that RFC 8520's and RFC 8519's modules use (RFC 6991 among them), as checks.
import { parseV4 } from '../../core/addresses.ts'
import { parsePrefix } from '../prefix.ts'
import type { Problem } from './mud-file.ts'

export interface Checking {
  note(severity: Problem['severity'], where: string, what: string): void
}

export type Check = (value: unknown, where: string, checking: Checking) => void

const must =
  (holds: (value: unknown) => boolean, what: string): Check =>
  (value, where, checking) => {
    if (!holds(value)) checking.note('error', where, `not ${what}`)
  }

const isText = (value: unknown): value is string => typeof value === 'string'

/** RFC 6991 2 `domain-name`, with underscores as the modules have them. */
const LABEL = '([a-zA-Z0-9_]([a-zA-Z0-9\\-_]){0,61})?[a-zA-Z0-9]'
const DOMAIN = new RegExp(`^((${LABEL}\\.)*${LABEL}\\.?|\\.)$`)
const MAC = /^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/
const ETHER_TYPE_NAMES = new Set(
  `ipv4 arp wlan trill srp decnet rarp appletalk aarp vlan ipx qnx ipv6 efc esp cobranet
  mpls-unicast mpls-multicast pppoe-discovery pppoe-session intel-ans jumbo-frames homeplug eap
  profinet hyperscsi aoe ethercat provider-bridging ethernet-powerlink goose gse sv lldp sercos
  wsmp homeplug-av-mme mrp macsec pbb cfm fcoe fcoe-ip roce tte hsr`.split(/\s+/),
)

function isPrefix(value: unknown, family: 0 | 1): boolean {
  if (!isText(value) || !/^[^/]+\/\d{1,3}$/.test(value)) return false
  return parsePrefix(value)?.family === family
}

const isInteger = (value: unknown, least: number, most: number) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most

export const CHECKS = {
  text: (least: number, most: number): Check =>
    must(
      (value) => isText(value) && [...value].length >= least && [...value].length <= most,
      `a text of ${least} to ${most} characters`,
    ),
  integer: (least: number, most: number): Check =>
    must((value) => isInteger(value, least, most), `a number from ${least} to ${most}`),
  boolean: must((value) => typeof value === 'boolean', 'true or false'),
  /** RFC 7951 6.9. */
  empty: must(
    (value) => Array.isArray(value) && value.length === 1 && value[0] === null,
    'an empty leaf, [null]',
  ),
  /** A word, or an identity that may carry its module's name. */
  oneOf: (...words: readonly string[]): Check =>
    must(
      (value) => isText(value) && words.includes(value.replace('ietf-access-control-list:', '')),
      `one of ${words.join(', ')}`,
    ),
  pattern: (pattern: RegExp, what: string): Check =>
    must((value) => isText(value) && pattern.test(value), what),
  uri: must((value) => isText(value) && value.length <= 65535, 'a URI'),
  host: must(
    (value) =>
      isText(value) &&
      (parseV4(value) !== undefined ||
        parsePrefix(value)?.family === 1 ||
        (value.length >= 1 && value.length <= 253 && DOMAIN.test(value))),
    'a host name',
  ),
  prefix: (family: 0 | 1): Check =>
    must((value) => isPrefix(value, family), `an IPv${family === 0 ? 4 : 6} prefix`),
  mac: must((value) => isText(value) && MAC.test(value), 'a MAC address'),
  etherType: must(
    (value) => isInteger(value, 0, 65535) || (isText(value) && ETHER_TYPE_NAMES.has(value)),
    'an EtherType',
  ),
  /** RFC 7951 6.5: bits set, separated by blanks. */
  flags: (...names: readonly string[]): Check =>
    must(
      (value) =>
        isText(value) && value.split(' ').every((one) => one === '' || names.includes(one)),
      `a set of ${names.join(', ')}`,
    ),
  binary: must((value) => isText(value) && /^[A-Za-z0-9+/]*={0,2}$/.test(value), 'base64'),
  leafList:
    (entry: Check): Check =>
    (value, where, checking) => {
      if (!Array.isArray(value)) checking.note('error', where, 'not a list')
      else for (const one of value.slice(0, 1000)) entry(one, where, checking)
    },
}
