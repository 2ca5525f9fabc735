// The time line of a device: when it came, what changed, what was found, what people decided.
import type { DeviceVersion, StoredDeviceDetail } from '../store/index.ts'
import type { TimelineItem } from './contract/index.ts'
import type { ApiParts } from './parts.ts'
import { isoTime } from './times.ts'

interface Line extends Omit<TimelineItem, 'time'> {
  readonly at: number
}

/** Newest first, at most `limit`. */
export async function timelineOf(
  { devices, findings }: ApiParts,
  device: StoredDeviceDetail,
  limit: number,
): Promise<TimelineItem[]> {
  const parts = await devices.parts(device.id)
  const versions = await devices.versions(device.id, limit + 1)
  const found = await findings.list({ limit, devices: parts, sort: 'time' })
  const lines: Line[] = [
    { at: device.firstSeen, kind: 'seen', text: 'Seen for the first time' },
    ...versions.flatMap(({ from, device: now }, index) => {
      const before = versions[index + 1]?.device
      const text = before && changeText(before, now)
      return text ? [{ at: from, kind: 'changed' as const, text }] : []
    }),
    ...found.items.map(({ finding }) => ({
      at: finding.time,
      kind: 'finding' as const,
      text: finding.title,
      severity: finding.severity,
      finding: finding.id,
    })),
    ...device.merges.map(({ observed, because }) => ({
      at: observed,
      kind: 'merge' as const,
      text: `Found to be one with another: ${because}`,
    })),
  ]
  return lines
    .toSorted((a, b) => b.at - a.at)
    .slice(0, limit)
    .map(({ at, ...line }) => ({ time: isoTime(at), ...line }))
}

const SAID = ['name', 'category', 'manufacturer', 'model', 'os', 'firmware', 'owner'] as const

/** What is another now, in one line; '' when nothing that a person would read. */
function changeText(before: DeviceVersion, now: DeviceVersion): string {
  const changes = SAID.filter((name) => before[name] !== now[name]).map((name) =>
    before[name] === '' || before[name] === 'unknown'
      ? `${name} is ${now[name]}`
      : `${name} changed from ${before[name]} to ${now[name] || 'unknown'}`,
  )
  const fresh = (list: readonly string[], old: readonly string[]) =>
    list.filter((item) => !old.includes(item))
  const addresses = fresh(now.addresses, before.addresses)
  const macs = fresh(now.macs, before.macs)
  if (addresses.length > 0) changes.push(`new address ${addresses.join(', ')}`)
  if (macs.length > 0) changes.push(`new MAC ${macs.join(', ')}`)
  return changes.join('; ')
}
