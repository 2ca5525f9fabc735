// The tables as Kysely knows them: one interface a table. Times are microseconds; texts that hold
// JSON are named so. `migrations.ts` makes them.
import type { Generated } from 'kysely'
import type { Severity } from '../finding/index.ts'

/** Valid: when it was so. Recorded: when we believed it. null: still. */
export interface Bitemporal {
  valid_from: number
  valid_to: number | null
  recorded_from: number
  recorded_to: number | null
}

export interface DeviceRow {
  /** Row id, and that of its words. */
  number: Generated<number>
  id: string
  site: string
  segment: string
  /** As shown: by hand, else by evidence. */
  name: string
  category: string
  kind: string
  manufacturer: string
  model: string
  os: string
  firmware: string
  owner: string
  name_by_hand: string
  category_by_hand: string
  macs_json: string
  addresses_json: string
  first_seen: number
  last_seen: number
  recorded: number
  revision: number
  /** Which run the counters are of, and what earlier runs had counted. */
  run: string
  bytes_in: number
  bytes_out: number
  bytes_in_before: number
  bytes_out_before: number
  maturity: string
  critical: number
  high: number
  medium: number
  low: number
  info: number
  merged_into: string | null
  /** DeviceDocument. */
  document_json: string
}

export interface DeviceVersionRow extends Bitemporal {
  device: string
  item_json: string
}

export interface IdentityRow {
  site: string
  segment: string
  kind: string
  value: string
  device: string
  strength: string
  valid_from: number
  valid_to: number | null
  recorded: number
}

export interface ObservationRow {
  device: string
  attribute: string
  source: string
  value: string
  text: string
  confidence: number
  believed: number
  evidence_source: string
  frame: number
  first: number
  last: number
  count: number
  recorded: number
}

export interface MergeRow {
  id: string
  kept: string
  merged: string
  because: string
  by_whom: string
  observed: number
  recorded: number
  undone: number | null
  undone_by: string | null
}

export interface FindingRow {
  id: string
  site: string
  segment: string
  detector: string
  title: string
  severity: Severity
  rank: number
  confidence: number
  device: string
  state: string
  until: number | null
  time: number
  window_from: number
  window_to: number
  recorded: number
  closed: number | null
  seen: string
  count: number
  revision: number
  document_json: string
}

export interface FindingVersionRow extends Bitemporal {
  finding: string
  item_json: string
}

export interface DecisionRow {
  sequence: Generated<number>
  finding: string
  action: string
  by_whom: string
  reason: string
  until: number | null
  recorded: number
}

export interface ProfileRow {
  device: string
  run: string
  /** Learnt by earlier runs, and by this one; together the document. */
  base_json: string
  current_json: string
  document_json: string
  maturity: string
  enforceable: string
  blocked_json: string
  recorded: number
  revision: number
}

export interface ProfileVersionRow extends Bitemporal {
  device: string
  document_json: string
}

export interface FlowRow {
  sequence: Generated<number>
  key: string
  site: string
  segment: string
  first: number
  last: number
  o_device: string
  o_address: string
  o_mac: string
  o_port: number
  r_device: string
  r_address: string
  r_mac: string
  r_port: number
  protocol: number
  service: string
  server_name: string
  state: string
  packets_out: number
  packets_in: number
  bytes_out: number
  bytes_in: number
}

export interface TrafficRow {
  minute: number
  bytes: number
  packets: number
  flows: number
}

export interface SensorRow {
  id: string
  site: string
  segment: string
  session: string
  /** Sequence of the last batch of the session that was applied. */
  applied: number
  status_json: string
  heard: number
}

export interface SettingRow {
  name: string
  value_json: string
  recorded: number
}

export interface UserRow {
  id: string
  name: string
  /** Lower case, normalised: one name, one user. */
  name_key: string
  role: string
  password: string
  created: number
  last_sign_in: number | null
  disabled: number
}

export interface SessionRow {
  /** SHA-256 of the cookie's token: who reads the file cannot sign in with it. */
  hash: string
  id: string
  user: string
  csrf: string
  created: number
  last_seen: number
  expires: number
  address: string
  agent: string
}

export interface TokenRow {
  id: string
  hash: string
  name: string
  role: string
  user: string
  created: number
  expires: number
  last_used: number | null
}

export interface SecondFactorRow {
  user: string
  /** Encrypted; only src/accounts can read it. */
  secret: string
  created: number
  /** Null while nobody has shown a code of it. */
  confirmed: number | null
  /** Time step of the last code that was taken: none is taken twice. */
  last_step: number
}

export interface RecoveryCodeRow {
  user: string
  hash: string
  created: number
  used: number | null
}

export interface PasskeyRow {
  id: string
  user: string
  /** The authenticator's own id of it, base64url. */
  credential: string
  /** COSE, base64url. */
  public_key: string
  /** The host name it belongs to (rpID). */
  host: string
  counter: number
  transports_json: string
  name: string
  created: number
  last_used: number | null
}

export interface AnswerRow {
  key: string
  actor: string
  request: string
  status: number
  body: string
  recorded: number
}

export interface OutgoingRow {
  sequence: Generated<number>
  kind: string
  payload_json: string
  recorded: number
}

export interface Tables {
  device: DeviceRow
  device_version: DeviceVersionRow
  device_identity: IdentityRow
  device_merge: MergeRow
  observation: ObservationRow
  finding: FindingRow
  finding_version: FindingVersionRow
  finding_decision: DecisionRow
  profile: ProfileRow
  profile_version: ProfileVersionRow
  flow: FlowRow
  traffic: TrafficRow
  sensor: SensorRow
  setting: SettingRow
  account: UserRow
  session: SessionRow
  api_token: TokenRow
  second_factor: SecondFactorRow
  recovery_code: RecoveryCodeRow
  passkey: PasskeyRow
  kept_answer: AnswerRow
  outgoing: OutgoingRow
  migration: { id: string; applied: number }
  device_words: { rowid: number; words: string }
}
