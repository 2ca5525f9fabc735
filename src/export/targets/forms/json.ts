// Our own words: the finding as `watch --json` prints it, times as ISO 8601.
import { isoTime } from '../../../core/clock.ts'
import type { Finding } from '../../../finding/index.ts'
import { messageText, type Form } from '../message.ts'

export const form: Form = {
  id: 'json',
  title: 'the finding in our own words',
  contentType: 'application/json',
  write(message, { host, version }) {
    const { id, at, kind, finding, count } = message
    return JSON.stringify({
      schemaVersion: 1,
      id,
      kind,
      time: isoTime(finding?.time ?? at),
      queued: isoTime(at),
      sender: { product: 'thingward', version, host },
      text: messageText(message),
      ...(finding ? { finding: timed(finding) } : { count }),
    })
  },
}

const timed = (finding: Finding) => ({
  ...finding,
  time: isoTime(finding.time),
  window: { from: isoTime(finding.window.from), to: isoTime(finding.window.to) },
  evidence: finding.evidence.map((one) => ({ ...one, time: isoTime(one.time) })),
})
