// Whom a person calls a controller (RFC 8520 8.4 and 8.6): of every device, of one device, or of a
// class that MUD files name by URI. Said by address or MAC; turned into devices once these are
// known.
import type { Device } from '../../inventory/index.ts'
import type { PolicyContext } from '../../policy/index.ts'

/** One statement: `members` are controllers of `of`. */
export interface ControllerStatement {
  /** '*': every device; a class's URI; else the address or MAC of one device. */
  readonly of: string
  /** Addresses and MACs, lower case. */
  readonly members: readonly string[]
}

const isClassUri = (text: string): boolean => /^(urn|https?):/i.test(text)

/** The statements in the policy's words; who was not seen stands for nothing but its address. */
export function controllersFrom(
  statements: readonly ControllerStatement[],
  devices: readonly Device[],
): Pick<PolicyContext, 'controllers' | 'classes'> {
  if (statements.length === 0) return {}
  const known = new Map<string, string>()
  for (const { id, macs, addresses } of devices) {
    for (const mac of macs) known.set(mac, id)
    for (const { address } of addresses) known.set(address, id)
  }
  const controllers = new Map<string, readonly string[]>()
  const classes = new Map<string, readonly string[]>()
  const add = (map: Map<string, readonly string[]>, key: string, ids: readonly string[]) =>
    map.set(key, [...new Set([...(map.get(key) ?? []), ...ids])])
  for (const { of, members } of statements) {
    const ids = members.flatMap((member) => known.get(member) ?? [])
    if (isClassUri(of)) {
      add(classes, of, [...ids, ...members])
      continue
    }
    const one = known.get(of)
    const subjects = of === '*' ? devices.map(({ id }) => id) : one === undefined ? [] : [one]
    for (const subject of subjects) {
      const others = ids.filter((id) => id !== subject)
      if (others.length > 0) add(controllers, subject, others)
    }
  }
  return {
    ...(controllers.size > 0 && { controllers }),
    ...(classes.size > 0 && { classes }),
  }
}
