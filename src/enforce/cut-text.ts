// Quarantine: a device's frames are cut at the interface, both ways, before anything else sees
// them: established flows end with the next packet. A table of its own, so that no change of
// policies touches it; the kernel itself ends what has a time-out.
import { createHash } from 'node:crypto'
import { TABLE } from './base-text.ts'

/** Before conntrack, before everything. */
const PRIORITY = -400
const CUT_MAX = 65_535

/** Sets of the netdev table: who is cut off, and what was stopped of them. */
export const QUARANTINE_SET = 'quarantine'
export const STOPPED_SET = 'stopped'

/** The chains on these interfaces; the name ends with a hash of them. */
export function cutText(ports: readonly string[]): { name: string; text: string } {
  const devices = ports.map((name) => `"${name}"`).join(', ')
  const hash = createHash('sha256').update(devices).digest('hex').slice(0, 12)
  const chain = (hook: 'ingress' | 'egress', side: 'saddr' | 'daddr') =>
    ` chain ${hook}_${hash} {\n` +
    `  type filter hook ${hook} devices = { ${devices} } priority ${PRIORITY}; policy accept;\n` +
    `  ether ${side} @${QUARANTINE_SET} update @${STOPPED_SET} { ether ${side} counter } drop\n }`
  return {
    name: hash,
    text: `${chain('ingress', 'saddr')}\n${chain('egress', 'daddr')}`,
  }
}

/** Declares the sets, and the chains unless they stand as a whole; others go. */
export function cutLines(
  cut: { readonly name: string; readonly text: string },
  standing: readonly string[],
): string[] {
  const table = `table netdev ${TABLE}`
  const wanted = [`ingress_${cut.name}`, `egress_${cut.name}`]
  const type = 'type ether_addr;'
  const lines = [
    `add ${table}`,
    `add set netdev ${TABLE} ${QUARANTINE_SET} { ${type} flags timeout; size ${CUT_MAX}; }`,
    `add set netdev ${TABLE} ${STOPPED_SET} { ${type} flags dynamic; size ${CUT_MAX}; }`,
  ]
  const isWhole = standing.length === 2 && wanted.every((name) => standing.includes(name))
  if (isWhole) return lines
  for (const name of standing) {
    lines.push(`flush chain netdev ${TABLE} ${name}`, `delete chain netdev ${TABLE} ${name}`)
  }
  return [...lines, `${table} {`, cut.text, '}']
}
