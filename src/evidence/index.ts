// The evidence log: what was decided, changed and found, in an append-only hash chain (SHA-256 over
// RFC 8785 text) with signed Merkle checkpoints (RFC 6962, C2SP tlog-checkpoint). Personal content
// lies beside the chain and is erased by destroying its key.
export { EvidenceLog } from './log.ts'
export type { EvidenceHealth, EvidenceOptions, Receipt, Transact } from './log.ts'
export { EMPTY_HEAD, entryHash, nextEntry } from './entry.ts'
export type { Entry, EvidenceDraft, Head, SealedEntry } from './entry.ts'
export type { JsonObject, JsonValue } from './canonical.ts'
export { EVIDENCE_MIGRATION } from './migration.ts'
export type { EvidenceQuery, EvidenceRow } from './table.ts'
export { FileKeyRing, type KeyRing } from './key-ring.ts'
export type { OpenedContent } from './personal.ts'
export type { Anchor } from './anchor.ts'
export type { CheckpointHealth } from './checkpoints.ts'
export type { Signer, SignerState, SignRequest } from './signer/signer.ts'
export { SIGNER_PROGRAM, SocketSigner, startSigner } from './signer/socket-signer.ts'
