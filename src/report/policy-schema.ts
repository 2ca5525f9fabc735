// The JSON Schema of what the document says of policies: rules, profiles, where they could be
// enforced, and what given policies made of the traffic.
import { count, flag, list, object, oneOf, ref, share, text, texts, time } from './schema-words.ts'

const range = object({ from: count, to: count })
const provenance = object({
  kind: oneOf('learnt', 'maker', 'person', 'type'),
  'source?': text,
  'from?': time,
  'to?': time,
})

const rule = object({
  id: { type: 'string', pattern: '^[0-9a-f]{16}$' },
  initiated: oneOf('device', 'peer', 'either'),
  'oneWay?': flag,
  peer: {
    type: 'object',
    description:
      'any, class, manufacturer, controller, model, name, prefix, device, multicast, ethernet',
    properties: { kind: text },
    required: ['kind'],
  },
  service: object({
    family: oneOf('ipv4', 'ipv6', 'ip', 'ethernet'),
    'ipProtocol?': count,
    'etherType?': count,
    'devicePorts?': list(range),
    'peerPorts?': list(range),
    'icmp?': object({ 'type?': count, 'code?': count }),
    'application?': text,
    'operations?': texts,
    'topics?': list(object({ access: oneOf('publish', 'subscribe'), filter: text })),
  }),
  'rate?': { type: 'object' },
  'evidence?': object({
    flows: count,
    packets: count,
    bytes: count,
    bytesOut: count,
    bytesIn: count,
    first: time,
    last: time,
    frame: count,
    'nameSource?': text,
    'peers?': texts,
    'morePeers?': count,
  }),
  provenance,
  'review?': texts,
  'expires?': time,
})

const profile = object({
  schemaVersion: { const: 1 },
  subject: {
    type: 'object',
    properties: { kind: oneOf('device', 'type', 'zone') },
    required: ['kind'],
  },
  phase: oneOf('learn', 'review', 'dry-run', 'enforce'),
  rules: list(ref('rule')),
  'maturity?': object({
    learnedSpan: { type: 'number' },
    heldOutSpan: { type: 'number' },
    totalFlows: count,
    lostFlows: count,
    totalBytes: count,
    lostBytes: count,
    estimate: share,
    verdict: oneOf('immature', 'settling', 'mature'),
    why: text,
    'reopened?': object({ at: time, because: text }),
  }),
  provenance,
  'notLearnt?': { type: 'object', additionalProperties: count },
  'mudUrl?': text,
  'expires?': time,
})

const amount = object({ flows: count, bytes: count })

const enforcement = object(
  {
    device: text,
    where: { type: 'string', description: 'at the gateway, the switch or access point, nowhere' },
    blocked: object({
      causes: list(
        object({
          why: oneOf('denied', 'flagged', 'failed', 'unanswered'),
          'reason?': { type: 'string', description: 'what the nearest rule of the policy misses' },
          permitted: { ...flag, description: 'flagged, and the rules permit it all the same' },
          inVain: { ...flag, description: 'attempts that nobody accepted' },
          initiated: oneOf('device', 'peer'),
          peer: text,
          service: text,
          text,
          flows: count,
          bytes: count,
          first: time,
          last: time,
        }),
        'most flows first',
      ),
      moreCauses: count,
      moreFlows: count,
    }),
  },
  'where the rules could be enforced, and what that would block, by cause',
)

const policy = object(
  {
    files: list(
      object({
        file: text,
        kind: oneOf('mud', 'profile', 'none'),
        'dialect?': oneOf('rfc8520', 'mudgee', 'draft-2017'),
        rules: count,
        repairs: list(object({ kind: text, count }), 'what was put right to read it'),
        problems: list(object({ severity: oneOf('error', 'warning'), where: text, what: text })),
        devices: { ...texts, description: 'devices that it fits' },
      }),
    ),
    devices: list(
      object({
        device: text,
        file: text,
        kind: oneOf('mud', 'profile', 'none'),
        by: { enum: ['mud-url', 'mac', 'address', 'name'], description: 'why it is the one' },
        rules: list(object({ rule: ref('rule'), flows: count })),
        allowed: amount,
        denied: amount,
      }),
    ),
    without: { ...texts, description: 'profiled devices that no file fits' },
    services: object(
      { resolvers: texts, timeServers: texts },
      "hosts taken for the network's own DNS and time service, because they answer",
    ),
  },
  'present with --policy: the files that were given, and what they made of the traffic',
)

/** For `$defs`. */
export const policySchemas = { rule, profile, enforcement, policy }
