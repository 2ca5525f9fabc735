// Elastic Common Schema 9: an alert of kind network, intrusion_detection.
import { isoTime } from '../../../core/clock.ts'
import { severityRank, type Party } from '../../../finding/index.ts'
import { messageText, type Form } from '../message.ts'

export const form: Form = {
  id: 'ecs',
  title: 'Elastic Common Schema',
  contentType: 'application/json',
  write(message, { host, version }) {
    const { id, at, kind, finding, count } = message
    const common = {
      '@timestamp': isoTime(finding?.time ?? at),
      ecs: { version: '9.0.0' },
      message: messageText(message),
      observer: { vendor: 'Thingward', product: 'Thingward', type: 'ids', version, hostname: host },
    }
    if (!finding) {
      const event = { id, kind: 'pipeline_error', action: kind, dataset: 'thingward.finding' }
      return JSON.stringify({ ...common, event, thingward: { dropped: count } })
    }
    const parties = [...finding.sources, ...finding.targets]
    const unique = (texts: readonly string[]) => [...new Set(texts.filter((text) => text !== ''))]
    return JSON.stringify({
      ...common,
      event: {
        id: finding.id,
        kind: 'alert',
        category: ['network', 'intrusion_detection'],
        type: ['info'],
        action: kind,
        code: finding.detector,
        module: 'thingward',
        dataset: 'thingward.finding',
        severity: (severityRank(finding.severity) + 1) * 20,
        created: isoTime(at),
        start: isoTime(finding.window.from),
        end: isoTime(finding.window.to),
        reason: `expected ${finding.expected}; seen ${finding.seen}`,
      },
      rule: { id: finding.detector, name: finding.title, description: finding.respond },
      ...side('source', finding.sources[0]),
      ...side('destination', finding.targets[0]),
      ...(finding.device !== '' && { device: { id: finding.device } }),
      ...(finding.techniques.length > 0 && {
        threat: {
          framework: 'MITRE ATT&CK',
          technique: finding.techniques.map((technique) => ({ id: technique })),
        },
      }),
      related: { ip: unique(parties.map(({ address }) => address)) },
      thingward: {
        severity: finding.severity,
        confidence: finding.confidence,
        expected: finding.expected,
        seen: finding.seen,
        count: finding.count,
        macs: unique(parties.map(({ mac }) => mac)),
      },
    })
  },
}

function side(name: 'source' | 'destination', party: Party | undefined) {
  if (!party) return {}
  const { address, mac } = party
  return {
    [name]: {
      ...(address !== '' && { address, ip: address }),
      // ECS writes MACs as RFC 7042 does.
      ...(mac !== '' && { mac: mac.toUpperCase().replaceAll(':', '-') }),
    },
  }
}
