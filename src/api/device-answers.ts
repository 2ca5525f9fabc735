// Devices of the store in the words of the API.
import type { StoredDevice, StoredDeviceDetail, StoredProfile } from '../store/index.ts'
import type { DeviceDetail, DeviceItem, Maturity } from './contract/index.ts'
import { isoTime } from './times.ts'

const ROLES = ['device', 'infrastructure', 'person'] as const
const MATURITIES = ['immature', 'settling', 'mature'] as const

/** One line of a list. */
export const deviceAnswer = (device: StoredDevice): DeviceItem => ({
  id: device.id,
  name: device.name,
  category: device.category,
  manufacturer: device.manufacturer,
  model: device.model,
  role: ROLES.find((role) => role === device.kind) ?? 'unknown',
  macs: [...device.macs],
  addresses: [...device.addresses],
  site: device.site,
  segment: device.segment,
  firstSeen: isoTime(device.firstSeen),
  lastSeen: isoTime(device.lastSeen),
  findings: { ...device.findings },
  maturity: maturityOf(device.maturity),
  owner: device.owner,
})

const maturityOf = (text: string): Maturity => MATURITIES.find((one) => one === text) ?? 'none'

/** The whole page of a device. */
export function detailAnswer(
  device: StoredDeviceDetail,
  profile: StoredProfile | undefined,
): DeviceDetail {
  const { document } = device
  const confidence = Object.entries(document.attributes).map(([name, { confidence: c }]) => [
    name === 'type' ? 'category' : name,
    c,
  ])
  return {
    ...deviceAnswer(device),
    os: device.os,
    firmware: device.firmware,
    confidence: Object.fromEntries(confidence) as { [name: string]: number },
    ...saidOf(device),
    identities: document.identities.map(({ kind, value, strength }) => ({
      kind,
      value,
      strength,
    })),
    services: document.services.map(({ transport, port, protocol, banner }) => ({
      transport,
      port,
      protocol,
      banner,
    })),
    software: document.software.map(({ name, version, source }) => ({ name, version, source })),
    mudUrls: [...document.mudUrls],
    limits: [...document.limits],
    placement: document.placement,
    behind: document.behind,
    merges: device.merges.map((merge) => ({
      id: merge.id,
      from: merge.merged,
      because: merge.because,
      time: isoTime(merge.observed),
      by: merge.by_whom,
    })),
    enforceable: profile?.where ?? '',
    blocked: (profile?.blocked.causes ?? []).map(({ text, why, flows }) => ({ text, why, flows })),
    byHand: { name: device.nameByHand, category: device.categoryByHand },
    bytesIn: device.bytesIn,
    bytesOut: device.bytesOut,
  }
}

/** What sources said, and where they contradict themselves. */
const saidOf = ({
  document,
  observations,
}: StoredDeviceDetail): Pick<DeviceDetail, 'observations' | 'contradictions'> => ({
  observations: observations.map((one) => ({
    attribute: one.attribute === 'type' ? 'category' : one.attribute,
    value: one.value,
    source: one.source,
    text: one.text,
    confidence: one.confidence,
    believed: one.believed === 1,
    count: one.count,
    first: isoTime(one.first),
    last: isoTime(one.last),
    evidence: { source: one.evidence_source, frame: one.frame },
  })),
  contradictions: document.contradictions.map(({ attribute, source, before, after, time }) => ({
    attribute: attribute === 'type' ? 'category' : attribute,
    source,
    before,
    after,
    time: isoTime(time),
  })),
})
