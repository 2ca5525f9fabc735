// Active discovery (I3): probes sent into one segment because somebody asked for it; slow,
// recorded, never into industry. Hearing the answers is the sensor's part.
import { loadPlugins } from '../core/registry.ts'
import type { Probe } from './probe.ts'

export { runCampaign, type CampaignOutcome, type CampaignParts } from './campaign.ts'
export { DISCOVERY_LIMITS } from './limits.ts'
export type { Probe, ProbeGround, Sender, Shot } from './probe.ts'
export { ProbeRecord, type RecordEntry } from './record.ts'
export { networkOf, overlap, segmentOf, targetsIn, type Network, type Segment } from './segment.ts'

/** Loads `probes/`, one file each. */
export const loadProbes = (): Promise<readonly Probe[]> =>
  loadPlugins<Probe>(new URL('./probes/', import.meta.url), 'probe')
