// The shapes of the database, oldest first. A migration that has been released is never changed and
// never taken back: the next one goes on from it.
import { EVIDENCE_MIGRATION } from '../evidence/index.ts'

/** One step; all its statements run in one transaction. */
export interface Migration {
  readonly id: string
  readonly statements: readonly string[]
}

const BITEMPORAL = `valid_from BIGINT NOT NULL, valid_to BIGINT,
  recorded_from BIGINT NOT NULL, recorded_to BIGINT`

const DEVICES: readonly string[] = [
  `CREATE TABLE device (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    site TEXT NOT NULL, segment TEXT NOT NULL,
    name TEXT NOT NULL, category TEXT NOT NULL, kind TEXT NOT NULL,
    manufacturer TEXT NOT NULL, model TEXT NOT NULL, os TEXT NOT NULL, firmware TEXT NOT NULL,
    owner TEXT NOT NULL DEFAULT '', name_by_hand TEXT NOT NULL DEFAULT '',
    category_by_hand TEXT NOT NULL DEFAULT '',
    macs_json TEXT NOT NULL, addresses_json TEXT NOT NULL,
    first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL,
    recorded BIGINT NOT NULL, revision BIGINT NOT NULL,
    run TEXT NOT NULL, bytes_in BIGINT NOT NULL, bytes_out BIGINT NOT NULL,
    bytes_in_before BIGINT NOT NULL DEFAULT 0, bytes_out_before BIGINT NOT NULL DEFAULT 0,
    maturity TEXT NOT NULL DEFAULT 'none',
    critical INTEGER NOT NULL DEFAULT 0, high INTEGER NOT NULL DEFAULT 0,
    medium INTEGER NOT NULL DEFAULT 0, low INTEGER NOT NULL DEFAULT 0,
    info INTEGER NOT NULL DEFAULT 0,
    merged_into TEXT REFERENCES device (id), document_json TEXT NOT NULL)`,
  ...['name', 'category', 'manufacturer', 'segment', 'first_seen', 'last_seen'].map(
    (column) =>
      `CREATE INDEX device_by_${column} ON device (${column}, id) WHERE merged_into IS NULL`,
  ),
  `CREATE INDEX device_by_findings ON device (critical, high, medium, low, id)
    WHERE merged_into IS NULL`,
  'CREATE INDEX device_merged ON device (merged_into) WHERE merged_into IS NOT NULL',
  `CREATE TABLE device_version (device TEXT NOT NULL REFERENCES device (id), ${BITEMPORAL},
    item_json TEXT NOT NULL)`,
  'CREATE INDEX device_version_of ON device_version (device, valid_from)',
  'CREATE INDEX device_version_at ON device_version (valid_from)',
  `CREATE TABLE device_identity (
    site TEXT NOT NULL, segment TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL,
    device TEXT NOT NULL REFERENCES device (id), strength TEXT NOT NULL,
    valid_from BIGINT NOT NULL, valid_to BIGINT, recorded BIGINT NOT NULL,
    PRIMARY KEY (site, segment, kind, value, device, valid_from))`,
  'CREATE INDEX device_identity_of ON device_identity (device)',
  `CREATE TABLE device_merge (
    id TEXT PRIMARY KEY, kept TEXT NOT NULL REFERENCES device (id),
    merged TEXT NOT NULL REFERENCES device (id), because TEXT NOT NULL, by_whom TEXT NOT NULL,
    observed BIGINT NOT NULL, recorded BIGINT NOT NULL, undone BIGINT, undone_by TEXT)`,
  'CREATE INDEX device_merge_kept ON device_merge (kept)',
  'CREATE INDEX device_merge_merged ON device_merge (merged)',
  `CREATE TABLE observation (
    device TEXT NOT NULL REFERENCES device (id), attribute TEXT NOT NULL, source TEXT NOT NULL,
    value TEXT NOT NULL, text TEXT NOT NULL, confidence DOUBLE PRECISION NOT NULL,
    believed INTEGER NOT NULL, evidence_source TEXT NOT NULL, frame BIGINT NOT NULL,
    first BIGINT NOT NULL, last BIGINT NOT NULL, count BIGINT NOT NULL, recorded BIGINT NOT NULL,
    PRIMARY KEY (device, attribute, source, value, text))`,
]

const SEARCH: readonly string[] = [
  // Three letters are the unit, so that a part of a MAC or a name is found while it is typed.
  // Row ids are the devices' numbers.
  `CREATE VIRTUAL TABLE device_words USING fts5 (words, tokenize = 'trigram')`,
]

const FINDINGS: readonly string[] = [
  `CREATE TABLE finding (
    id TEXT PRIMARY KEY, site TEXT NOT NULL, segment TEXT NOT NULL, detector TEXT NOT NULL,
    title TEXT NOT NULL, severity TEXT NOT NULL, rank INTEGER NOT NULL,
    confidence DOUBLE PRECISION NOT NULL, device TEXT NOT NULL, state TEXT NOT NULL,
    until BIGINT, time BIGINT NOT NULL, window_from BIGINT NOT NULL, window_to BIGINT NOT NULL,
    recorded BIGINT NOT NULL, closed BIGINT, seen TEXT NOT NULL, count BIGINT NOT NULL,
    revision BIGINT NOT NULL, document_json TEXT NOT NULL)`,
  'CREATE INDEX finding_worst ON finding (state, rank, time, id)',
  'CREATE INDEX finding_time ON finding (time, id)',
  'CREATE INDEX finding_device ON finding (device, state)',
  `CREATE INDEX finding_until ON finding (until) WHERE until IS NOT NULL`,
  `CREATE TABLE finding_version (finding TEXT NOT NULL REFERENCES finding (id), ${BITEMPORAL},
    item_json TEXT NOT NULL)`,
  'CREATE INDEX finding_version_of ON finding_version (finding, valid_from)',
  `CREATE TABLE finding_decision (sequence INTEGER PRIMARY KEY,
    finding TEXT NOT NULL REFERENCES finding (id), action TEXT NOT NULL, by_whom TEXT NOT NULL,
    reason TEXT NOT NULL, until BIGINT, recorded BIGINT NOT NULL)`,
  'CREATE INDEX finding_decision_of ON finding_decision (finding)',
]

const PROFILES: readonly string[] = [
  `CREATE TABLE profile (device TEXT PRIMARY KEY REFERENCES device (id), run TEXT NOT NULL,
    base_json TEXT NOT NULL, current_json TEXT NOT NULL, document_json TEXT NOT NULL,
    maturity TEXT NOT NULL, enforceable TEXT NOT NULL, blocked_json TEXT NOT NULL,
    recorded BIGINT NOT NULL, revision BIGINT NOT NULL)`,
  `CREATE TABLE profile_version (device TEXT NOT NULL REFERENCES device (id), ${BITEMPORAL},
    document_json TEXT NOT NULL)`,
  'CREATE INDEX profile_version_of ON profile_version (device, valid_from)',
]

const FLOWS: readonly string[] = [
  `CREATE TABLE flow (sequence INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,
    site TEXT NOT NULL, segment TEXT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL,
    o_device TEXT NOT NULL, o_address TEXT NOT NULL, o_mac TEXT NOT NULL, o_port INTEGER NOT NULL,
    r_device TEXT NOT NULL, r_address TEXT NOT NULL, r_mac TEXT NOT NULL, r_port INTEGER NOT NULL,
    protocol INTEGER NOT NULL, service TEXT NOT NULL, server_name TEXT NOT NULL,
    state TEXT NOT NULL, packets_out BIGINT NOT NULL, packets_in BIGINT NOT NULL,
    bytes_out BIGINT NOT NULL, bytes_in BIGINT NOT NULL)`,
  'CREATE INDEX flow_by_last ON flow (last)',
  'CREATE INDEX flow_by_originator ON flow (o_device, last)',
  'CREATE INDEX flow_by_responder ON flow (r_device, last)',
  `CREATE TABLE traffic (minute BIGINT PRIMARY KEY, bytes BIGINT NOT NULL,
    packets BIGINT NOT NULL, flows BIGINT NOT NULL)`,
]

const ACCOUNTS: readonly string[] = [
  `CREATE TABLE account (id TEXT PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL, password TEXT NOT NULL, created BIGINT NOT NULL, last_sign_in BIGINT,
    disabled INTEGER NOT NULL DEFAULT 0)`,
  `CREATE TABLE session (hash TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    "user" TEXT NOT NULL REFERENCES account (id), csrf TEXT NOT NULL, created BIGINT NOT NULL,
    last_seen BIGINT NOT NULL, expires BIGINT NOT NULL, address TEXT NOT NULL,
    agent TEXT NOT NULL)`,
  `CREATE TABLE api_token (id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    role TEXT NOT NULL, "user" TEXT NOT NULL REFERENCES account (id), created BIGINT NOT NULL,
    expires BIGINT NOT NULL, last_used BIGINT)`,
  `CREATE TABLE kept_answer (key TEXT NOT NULL, actor TEXT NOT NULL, request TEXT NOT NULL,
    status INTEGER NOT NULL, body TEXT NOT NULL, recorded BIGINT NOT NULL,
    PRIMARY KEY (key, actor))`,
]

/** Second factors: the secret is encrypted, recovery codes are hashes. */
const SECOND_FACTORS: readonly string[] = [
  `CREATE TABLE second_factor ("user" TEXT PRIMARY KEY REFERENCES account (id),
    secret TEXT NOT NULL, created BIGINT NOT NULL, confirmed BIGINT,
    last_step BIGINT NOT NULL DEFAULT 0)`,
  `CREATE TABLE recovery_code ("user" TEXT NOT NULL REFERENCES account (id), hash TEXT NOT NULL,
    created BIGINT NOT NULL, used BIGINT, PRIMARY KEY ("user", hash))`,
]

const PASSKEYS: readonly string[] = [
  `CREATE TABLE passkey (id TEXT PRIMARY KEY, "user" TEXT NOT NULL REFERENCES account (id),
    credential TEXT NOT NULL UNIQUE, public_key TEXT NOT NULL, host TEXT NOT NULL,
    counter BIGINT NOT NULL, transports_json TEXT NOT NULL, name TEXT NOT NULL,
    created BIGINT NOT NULL, last_used BIGINT)`,
  'CREATE INDEX passkey_of ON passkey ("user")',
]

const SYSTEM: readonly string[] = [
  `CREATE TABLE sensor (id TEXT PRIMARY KEY, site TEXT NOT NULL, segment TEXT NOT NULL,
    session TEXT NOT NULL, applied BIGINT NOT NULL, status_json TEXT NOT NULL,
    heard BIGINT NOT NULL)`,
  `CREATE TABLE setting (name TEXT PRIMARY KEY, value_json TEXT NOT NULL,
    recorded BIGINT NOT NULL)`,
  `CREATE TABLE outgoing (sequence INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,
    payload_json TEXT NOT NULL, recorded BIGINT NOT NULL)`,
]

/** A filter with the order that lists have unless asked otherwise. */
const LISTS: readonly string[] = ['category', 'manufacturer', 'segment', 'owner'].map(
  (column) =>
    `CREATE INDEX device_seen_by_${column} ON device (${column}, last_seen, id)
      WHERE merged_into IS NULL`,
)

export const MIGRATIONS: readonly Migration[] = Object.freeze([
  {
    id: '0001-platform',
    statements: [...DEVICES, ...SEARCH, ...FINDINGS, ...PROFILES, ...FLOWS, ...ACCOUNTS, ...SYSTEM],
  },
  { id: '0002-evidence', statements: EVIDENCE_MIGRATION },
  { id: '0003-second-factors', statements: SECOND_FACTORS },
  { id: '0004-passkeys', statements: PASSKEYS },
  { id: '0005-lists', statements: LISTS },
])
