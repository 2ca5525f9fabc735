// Every bound in one place, by name: what is kept, how much of it, and why that much. Whatever
// meets a bound is counted and declared in the output; nothing is dropped in silence.

export interface Limit {
  /** Stable name, as it appears in the output's `limits`. */
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly why: string
}

const limit = (name: string, value: number, unit: string, why: string): Limit =>
  Object.freeze({ name, value, unit, why })

/** The fixed bounds. Those that grow with `--memory` are computed by `tableLimits`. */
export const LIMITS = Object.freeze({
  recordLength: limit('recordLength', 262_144, 'bytes', 'longest frame any capture tool writes'),
  tunnelDepth: limit('tunnelDepth', 4, 'headers', 'tunnels inside tunnels beyond this are loops'),
  extensionHeaders: limit('extensionHeaders', 8, 'headers', 'IPv6 chains beyond this are attacks'),
  fragmentDatagrams: limit('fragmentDatagrams', 1024, 'datagrams', 'IP datagrams in reassembly'),
  fragmentAge: limit('fragmentAge', 30, 'seconds', 'RFC 8200 4.5 allows 60; LANs need less'),
  streamPending: limit('streamPending', 32_768, 'bytes', 'one message over several TCP segments'),
  streamSegments: limit('streamSegments', 16, 'segments', 'segments kept while one is missing'),
  streamsFollowed: limit('streamsFollowed', 16_384, 'flows', 'flows whose parsers hold state'),
  streamMemory: limit('streamMemory', 33_554_432, 'bytes', 'all TCP reassembly buffers together'),
  names: limit('names', 131_072, 'names', 'distinct server names remembered'),
  nameAnswers: limit('nameAnswers', 262_144, 'answers', 'client × address pairs DNS has explained'),
  attempts: limit('attempts', 16_384, 'rows', 'who tried what in vain, where policies are given'),
  anomalyKinds: limit('anomalyKinds', 512, 'kinds', 'distinct anomalies counted by name'),
  anomalySamples: limit('anomalySamples', 3, 'frames', 'frames named per anomaly'),
  logLineLength: limit('logLineLength', 1_048_576, 'bytes', 'longest line of a log that is read'),
  logReorder: limit('logReorder', 32_768, 'records', 'records held to bring logs into time order'),
  logFlows: limit('logFlows', 262_144, 'flows', 'flows of logs whose records are still joined'),
  logCertificates: limit('logCertificates', 16_384, 'certificates', 'of a log, by fingerprint'),
  textLength: limit('textLength', 256, 'characters', 'a name, banner or model kept from the wire'),
})

/** Table sizes for a memory budget in megabytes; `--memory`, default 512. */
export function tableLimits(memoryMegabytes: number) {
  const scale = Math.max(1 / 8, Math.min(64, memoryMegabytes / 512))
  const power = (entries: number) => 2 ** Math.floor(Math.log2(entries * scale))
  return {
    flows: limit('flows', power(1 << 20), 'flows', 'flows alive at one time (128 bytes each)'),
    endpoints: limit('endpoints', power(1 << 18), 'endpoints', 'MAC and address pairs seen'),
    addresses6: limit('addresses6', power(1 << 18), 'addresses', 'distinct IPv6 addresses'),
    conversations: limit('conversations', power(1 << 18), 'rows', 'who speaks what with whom'),
  }
}

export type TableLimits = ReturnType<typeof tableLimits>
