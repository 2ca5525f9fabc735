// Open Cybersecurity Schema Framework 1.3: Detection Finding (class 2004).
import { severityRank, type Party } from '../../../finding/index.ts'
import { messageText, type Form } from '../message.ts'

const CLASS = 2004
/** Observable types: 2 IP address, 3 MAC address. */
const IP = 2
const MAC = 3

export const form: Form = {
  id: 'ocsf',
  title: 'Open Cybersecurity Schema Framework, Detection Finding',
  contentType: 'application/json',
  write(message, { version, host }) {
    const { id, at, kind, finding, count } = message
    const activity = kind === 'finding.updated' ? 2 : 1
    const parties = [...(finding?.sources ?? []), ...(finding?.targets ?? [])]
    const time = milliseconds(finding?.time ?? at)
    return JSON.stringify({
      activity_id: activity,
      activity_name: activity === 2 ? 'Update' : 'Create',
      category_uid: 2,
      category_name: 'Findings',
      class_uid: CLASS,
      class_name: 'Detection Finding',
      type_uid: CLASS * 100 + activity,
      severity_id: finding ? severityRank(finding.severity) + 1 : 3,
      severity: finding ? NAMES[severityRank(finding.severity)] : 'Medium',
      status_id: 1,
      status: 'New',
      time,
      message: messageText(message),
      metadata: {
        version: '1.3.0',
        uid: id,
        logged_time: milliseconds(at),
        log_provider: host,
        product: { name: 'Thingward', vendor_name: 'Thingward', version },
      },
      ...(finding
        ? details(finding)
        : { finding_info: { uid: id, title: 'Findings dropped' }, count }),
      observables: parties.slice(0, 16).flatMap(observables),
      is_alert: finding !== undefined,
    })
  },
}

const NAMES = ['Informational', 'Low', 'Medium', 'High', 'Critical'] as const
const milliseconds = (time: number) => Math.floor(time / 1000)

function details(finding: NonNullable<Parameters<Form['write']>[0]['finding']>) {
  const { sources, targets, window, techniques } = finding
  return {
    confidence_score: Math.round(finding.confidence * 100),
    count: finding.count,
    start_time: milliseconds(window.from),
    end_time: milliseconds(window.to),
    finding_info: {
      uid: finding.id,
      title: finding.title,
      desc: `Expected ${finding.expected}; seen ${finding.seen}`,
      types: [finding.detector],
      created_time: milliseconds(finding.time),
      first_seen_time: milliseconds(window.from),
      last_seen_time: milliseconds(window.to),
      analytic: { uid: finding.detector, name: finding.title, type_id: 1, type: 'Rule' },
      ...(techniques.length > 0 && { attacks: techniques.map((uid) => ({ technique: { uid } })) }),
    },
    evidences: [{ ...point('src_endpoint', sources[0]), ...point('dst_endpoint', targets[0]) }],
    remediation: { desc: finding.respond },
  }
}

function point(name: string, party: Party | undefined) {
  if (!party) return {}
  const { address, mac } = party
  return { [name]: { ...(address !== '' && { ip: address }), ...(mac !== '' && { mac }) } }
}

const observables = ({ address, mac }: Party) => [
  ...(address === '' ? [] : [{ name: 'ip', type_id: IP, type: 'IP Address', value: address }]),
  ...(mac === '' ? [] : [{ name: 'mac', type_id: MAC, type: 'MAC Address', value: mac }]),
]
