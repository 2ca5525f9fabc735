// Findings of the store in the words of the API.
import type { Devices, Findings, StoredFinding } from '../store/index.ts'
import type { FindingDetail, FindingItem } from './contract/index.ts'
import { isoTime } from './times.ts'

/** Lines of a list, each with the name of its device. */
export async function findingAnswers(
  devices: Devices,
  stored: readonly StoredFinding[],
): Promise<FindingItem[]> {
  const names = await devices.names(stored.map(({ finding }) => finding.device))
  return stored.map((one) => findingAnswer(one, names.get(one.finding.device) ?? ''))
}

const findingAnswer = (stored: StoredFinding, deviceName: string): FindingItem => ({
  id: stored.finding.id,
  detector: stored.finding.detector,
  title: stored.finding.title,
  severity: stored.finding.severity,
  confidence: stored.finding.confidence,
  state: stored.state,
  time: isoTime(stored.finding.time),
  recorded: isoTime(stored.recorded),
  device: stored.finding.device,
  deviceName,
  seen: stored.finding.seen,
  count: stored.finding.count,
  ...(stored.until !== undefined && { until: isoTime(stored.until) }),
})

type Detailed = NonNullable<Awaited<ReturnType<Findings['get']>>>

/** One finding with its evidence and decisions; `actorNames` says who `user:…` is. */
export async function findingDetail(
  devices: Devices,
  stored: Detailed,
  actorNames: ReadonlyMap<string, string>,
): Promise<FindingDetail> {
  const { finding, decisions } = stored
  const [item] = await findingAnswers(devices, [stored])
  return {
    ...item,
    window: { from: isoTime(finding.window.from), to: isoTime(finding.window.to) },
    sources: finding.sources.map((party) => ({ ...party })),
    targets: finding.targets.map((party) => ({ ...party })),
    expected: finding.expected,
    evidence: finding.evidence.map(({ source, frame, time }) => ({
      source,
      frame,
      time: isoTime(time),
    })),
    techniques: [...finding.techniques],
    respond: finding.respond,
    falsePositives: finding.falsePositives,
    decisions: decisions.map((decision) => ({
      time: isoTime(decision.recorded),
      by: actorNames.get(decision.by_whom) ?? decision.by_whom,
      action: decision.action as 'suppress' | 'close' | 'reopen',
      reason: decision.reason,
      ...(decision.until !== null && { until: isoTime(decision.until) }),
    })),
  }
}
