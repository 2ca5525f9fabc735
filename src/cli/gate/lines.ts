// What `thingward gate` says, for people: what would change, what cannot be held, how it stands.
import type { GateAnswer, GateStatus, StatusDevice } from '../../app/gate/index.ts'
import { countText, safeText, tableLines } from '../../report/index.ts'

const SHOWN = 20

/** What a change does, device by device, and what this gate cannot hold of it. */
export function answerLines(answer: GateAnswer, spots: readonly string[]): string[] {
  return [...changeLines(answer), ...heldLines(answer), ...lossLines(answer), ...spotLines(spots)]
}

function changeLines({ change, policy, problems }: GateAnswer): string[] {
  const { devices, isWhole, text } = change
  const unused = problems.map((problem) => safeText(`not used: ${problem}`))
  if (text === '') return [...unused, 'nothing changes']
  const names = new Map(
    policy.devices.flatMap(({ device }) =>
      [...device.macs, ...device.addresses].map((key) => [key, device.name] as const),
    ),
  )
  const rows = devices.map(({ key, way, before, after }) => ({
    key,
    name: names.get(key.split(' . ').at(-1)!) ?? '',
    way: way === 'from' ? 'sends' : 'receives',
    before,
    after,
  }))
  const lines = tableLines(rows.slice(0, SHOWN), [
    { title: 'device', of: ({ name }) => name },
    { title: 'known by', of: ({ key }) => key },
    { title: 'what it', of: ({ way }) => way },
    { title: 'is now', of: ({ before }) => heldWords(before) },
    { title: 'and then', of: ({ after }) => heldWords(after) },
  ])
  const more = rows.length > SHOWN ? [`… and ${rows.length - SHOWN} more`] : []
  const whole = isWhole ? ['the whole table is made anew; counters begin at 0'] : []
  return [...unused, ...whole, ...(rows.length > 0 ? lines : []), ...more]
}

const heldWords = (verdict: string | undefined) => {
  if (verdict === undefined) return 'a new device'
  const parts = /^goto p[0-9a-f]{12}_([et])_/.exec(verdict)
  if (!parts) return 'let through'
  return parts[1] === 'e' ? 'held to its profile' : 'counted only'
}

function heldLines({ policy, held }: GateAnswer): string[] {
  const phases = Map.groupBy(policy.devices, ({ phase }) => phase)
  const words = [...phases].map(([phase, list]) => `${list.length} in ${phase}`)
  const devices = [countText(policy.devices.length, 'device'), words.join(', ')]
  const enforced = [...held.values()].filter((hold) => hold === 'enforce').length
  const counted = held.size - enforced
  return [
    '',
    `${devices.filter(Boolean).join(': ')}; ${enforced} enforced, ${counted} counted only, ` +
      'the others pass',
    ...policy.segments.map((one) => {
      const may = one.isIndustrial ? 'allow (industrial)' : one.newDevices
      const oneWay = one.isOneWay ? '; one way: nothing enters' : ''
      return `${one.interface}: new devices may: ${may}${oneWay}`
    }),
  ]
}

function lossLines({ losses, policy }: GateAnswer): string[] {
  if (losses.length === 0) return []
  const names = new Map(policy.devices.map(({ device }) => [device.id, device.name]))
  const kinds = Map.groupBy(losses, ({ kind, effect }) => `${kind}, ${effect}`)
  const rows = [...kinds].map(([kind, list]) => ({ kind, list }))
  return [
    '',
    'what this gate can not hold (in full with --json):',
    ...tableLines(rows, [
      { title: 'what', of: ({ kind }) => kind },
      { title: 'times', right: true, of: ({ list }) => `${list.length}` },
      {
        title: 'for instance',
        of: ({ list }) => `${names.get(list[0].device) ?? list[0].device}: ${list[0].what}`,
      },
    ]),
  ]
}

const spotLines = (spots: readonly string[]) =>
  spots.length === 0
    ? []
    : ['', 'what this gate can not see or stop:', ...spots.map((spot) => `- ${spot}`)]

/** How the gate stands. */
export function statusLines(status: GateStatus): string[] {
  const { standing, version, open, devices, others, quarantine } = status
  const head = {
    intact: `the gate stands as applied: version ${version}`,
    changed: `SOMEBODY CHANGED THE RULES of version ${version}: 'thingward gate apply' mends them`,
    absent: version > 0 ? `NO RULES STAND (version ${version} was applied)` : 'no gate yet',
  }[standing]
  const wide = open.map(
    (one) => `EVERYTHING PASSES on ${one.interface} for ${one.secondsLeft} s more`,
  )
  const unknown = others.filter(({ packets }) => packets > 0)
  return [
    head,
    ...wide,
    ...(devices.length > 0 ? ['', ...deviceLines(devices)] : []),
    ...(unknown.length > 0 ? ['', 'devices nobody has looked at:', ...countLines(unknown)] : []),
    ...(quarantine.length > 0 ? ['', 'quarantine:', ...quarantineLines(quarantine)] : []),
    ...spotLines(status.blindSpots),
  ]
}

function deviceLines(devices: readonly StatusDevice[]): string[] {
  return tableLines(devices, [
    { title: 'device', of: ({ name }) => name },
    { title: 'mac', of: ({ macs, addresses }) => macs[0] ?? addresses[0] ?? '' },
    { title: 'phase', of: ({ phase }) => phase },
    {
      title: 'held',
      of: ({ hold }) =>
        hold === 'enforce' ? 'yes' : hold === 'dry-run' ? 'counted only' : 'no: passes',
    },
    { title: 'refused', of: (device) => countsText(device, 'refuse') },
    { title: 'would be refused', of: (device) => countsText(device, 'would') },
  ])
}

const countsText = ({ counts }: StatusDevice, hold: 'refuse' | 'would') => {
  const some = counts.filter((count) => count.hold === hold && count.packets > 0)
  const reasons = Map.groupBy(
    some,
    ({ reason, way }) => `${reason}${way === 'to' ? ' inbound' : ''}`,
  )
  return [...reasons]
    .map(([reason, list]) => `${list.reduce((sum, one) => sum + one.packets, 0)} ${reason}`)
    .join(', ')
}

const countLines = (counts: GateStatus['others']) =>
  tableLines(counts.slice(0, SHOWN), [
    { title: 'mac or address', of: ({ mac, address }) => mac ?? address ?? '' },
    { title: 'on', of: (count) => count.interface ?? '' },
    { title: 'packets', right: true, of: ({ packets }) => `${packets}` },
    { title: 'what', of: ({ hold, reason }) => (hold === 'new' ? 'seen' : `refused: ${reason}`) },
  ])

const quarantineLines = (list: GateStatus['quarantine']) =>
  tableLines(list, [
    { title: 'mac', of: ({ mac }) => mac },
    { title: 'device', of: ({ name }) => name ?? '' },
    { title: 'why', of: ({ reason }) => reason ?? 'not from here' },
    { title: 'by', of: ({ by }) => by ?? '' },
    {
      title: 'ends in',
      of: ({ secondsLeft }) => (secondsLeft === undefined ? 'when released' : `${secondsLeft} s`),
    },
    { title: 'frames stopped', right: true, of: ({ stoppedFrames }) => `${stoppedFrames}` },
  ])
