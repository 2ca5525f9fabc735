// The JSON Schema (draft 2020-12) of the document that `watch --json` prints. Published as
// docs/reference/watch.schema.json; a test holds it, the code and real documents together.
import { SEVERITIES } from '../finding/index.ts'
import { SCHEMA_VERSION } from './document.ts'
import { policySchemas } from './policy-schema.ts'
import {
  count,
  flag,
  list,
  object,
  oneOf,
  ref,
  share,
  text,
  texts,
  time,
  timeOrNull,
} from './schema-words.ts'
import type { Schema } from './schema-words.ts'

const observation = object({
  source: text,
  text: { type: 'string', description: 'the words on the wire' },
  value: text,
  confidence: share,
  frame: count,
  time,
  last: time,
  count,
})

const device = object({
  id: { type: 'string', pattern: '^d[0-9]+$', description: 'surrogate, stable within one run' },
  name: text,
  kind: oneOf('device', 'infrastructure', 'person', 'unknown'),
  macs: texts,
  randomisedMacs: texts,
  addresses: { type: 'array', items: text, description: 'current ones last' },
  addressUses: list(object({ address: text, first: time, last: time })),
  vlans: list(count),
  identities: list(
    object({ kind: text, value: text, strength: oneOf('strong', 'likely'), frame: count, time }),
  ),
  attributes: {
    type: 'object',
    propertyNames: oneOf('manufacturer', 'type', 'model', 'os', 'firmware', 'hostname', 'serial'),
    additionalProperties: object({
      value: text,
      confidence: share,
      observations: list(observation),
      contradictions: list(observation),
    }),
  },
  software: list(object({ name: text, version: text, source: text, text, frame: count, time })),
  services: list(
    object({
      transport: oneOf('tcp', 'udp', 'other'),
      port: count,
      protocol: text,
      banner: text,
      flows: count,
      first: time,
      last: time,
    }),
  ),
  'industrial?': object({ role: oneOf('server', 'client', 'both'), answers: texts, asks: texts }),
  mudUrls: texts,
  firstSeen: time,
  lastSeen: time,
  packetsIn: count,
  packetsOut: count,
  bytesIn: count,
  bytesOut: count,
  limits: list(text, 'what weakens what is said of it'),
  placement: oneOf('adjacent', 'routed'),
  behind: text,
  merges: list(
    object({
      key: text,
      into: text,
      from: text,
      because: text,
      strength: oneOf('strong', 'likely'),
    }),
  ),
  contradictions: list(
    object({
      endpoint: count,
      attribute: text,
      source: text,
      before: text,
      after: text,
      time,
      frame: count,
    }),
  ),
  'firmwareChanges?': list(
    object({ before: text, after: text, source: text, time, frame: count }),
    'versions that became others during the run',
  ),
  endpoints: list(count),
})

const party = object({ address: text, mac: text, device: text })

const finding = object({
  id: text,
  detector: text,
  title: text,
  severity: oneOf(...SEVERITIES),
  confidence: share,
  time,
  window: object({ from: time, to: time }),
  device: { type: 'string', description: "the device it is about; '' when none of ours" },
  sources: list(party),
  targets: list(party),
  sourceAddresses: texts,
  targetAddresses: texts,
  expected: text,
  seen: text,
  count,
  evidence: list(
    object({ source: text, frame: count, 'unit?': oneOf('line'), time }),
    "frames that prove it; lines of a log where the unit is 'line'",
  ),
  techniques: list({ type: 'string', pattern: '^T[0-9]{4}(\\.[0-9]{3})?$' }),
  respond: text,
  falsePositives: text,
})

const source = object({
  name: text,
  format: text,
  records: count,
  'lines?': { ...count, description: 'logs only: lines of the longest file' },
  bytes: count,
  first: timeOrNull,
  last: timeOrNull,
  lacks: list(text, 'kinds of facts this source does not carry'),
  'carries?': texts,
  'dropped?': count,
  'problem?': object({ code: text, message: text, offset: count }),
})

/** The schema as a plain object. */
export const WATCH_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://thingward.example/schemas/watch.schema.json',
  title: 'thingward watch --json',
  ...object({
    schemaVersion: { const: SCHEMA_VERSION },
    thingward: { type: 'string', description: 'version of the program' },
    capture: object({
      sources: list(source),
      frames: count,
      bytes: { ...count, description: 'on the wire' },
      first: timeOrNull,
      last: timeOrNull,
      interrupted: flag,
    }),
    devices: list(ref('device')),
    profiles: list(ref('profile')),
    enforcement: list(ref('enforcement'), 'for each profiled device'),
    'policy?': ref('policy'),
    findings: list(ref('finding'), 'worst first'),
    anomalies: list(
      object({ name: text, count, samples: list(object({ source: text, frame: count, time })) }),
      'what was odd in the input; no judgement',
    ),
    limits: list(
      object({ name: text, value: count, unit: text, dropped: count, effect: text }),
      'bounds that were met, and what is missing because of it',
    ),
    flows: object({
      started: count,
      evicted: count,
      duplicateFrames: count,
      transactions: count,
      services: { type: 'object', additionalProperties: count },
    }),
    timeline: list(object({ time, bytes: count, flows: count })),
  }),
  $defs: { device, finding, ...policySchemas },
}
