// The tables of the evidence log as plain SQL (SQLite), in the order they are made. They may lie in
// the same file as everything else, so that a change and its evidence commit together.

/** Statements for an empty database, one each; every later shape is a list of its own. */
export const EVIDENCE_MIGRATION: readonly string[] = Object.freeze([
  `CREATE TABLE evidence (
    sequence INTEGER PRIMARY KEY CHECK (sequence >= 1),
    entry TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    recorded INTEGER NOT NULL GENERATED ALWAYS AS (entry ->> '$.recorded') VIRTUAL,
    kind TEXT NOT NULL GENERATED ALWAYS AS (entry ->> '$.kind') VIRTUAL,
    actor TEXT NOT NULL GENERATED ALWAYS AS (entry ->> '$.actor') VIRTUAL,
    subject TEXT NOT NULL GENERATED ALWAYS AS (entry ->> '$.subject') VIRTUAL
  ) STRICT`,
  'CREATE INDEX evidence_by_kind ON evidence (kind)',
  'CREATE INDEX evidence_by_subject ON evidence (subject)',
  'CREATE INDEX evidence_by_recorded ON evidence (recorded)',
  `CREATE TRIGGER evidence_keeps BEFORE UPDATE ON evidence
    BEGIN SELECT RAISE(ABORT, 'evidence is only ever appended'); END`,
  `CREATE TRIGGER evidence_stays BEFORE DELETE ON evidence
    BEGIN SELECT RAISE(ABORT, 'evidence is only ever appended'); END`,
  `CREATE TABLE evidence_personal (
    sequence INTEGER PRIMARY KEY REFERENCES evidence (sequence),
    person TEXT NOT NULL,
    sealed BLOB NOT NULL
  ) STRICT`,
  'CREATE INDEX evidence_personal_by_person ON evidence_personal (person)',
  `CREATE TABLE evidence_checkpoint (
    ordinal INTEGER PRIMARY KEY,
    size INTEGER NOT NULL,
    note TEXT NOT NULL,
    frontier BLOB NOT NULL
  ) STRICT`,
  'CREATE INDEX evidence_checkpoint_by_size ON evidence_checkpoint (size)',
])
