// The bounds of the evidence log, by name and with their reasons.
import type { Limit } from '../core/limits.ts'

const limit = (name: string, [value, unit]: readonly [number, string], why: string): Limit =>
  Object.freeze({ name, value, unit, why })

export const EVIDENCE_LIMITS = Object.freeze({
  entryLength: limit(
    'evidenceEntryLength',
    [65_536, 'bytes'],
    'an entry commits, it does not store',
  ),
  personalLength: limit(
    'evidencePersonalLength',
    [1_048_576, 'bytes'],
    'personal content of one entry',
  ),
  wordLength: limit('evidenceWordLength', [256, 'characters'], 'kind, actor, subject and person'),
  depth: limit('evidenceDepth', [32, 'levels'], 'facts nested deeper than this are a mistake'),
  waiting: limit('evidenceWaiting', [65_536, 'entries'], 'entries waiting for one group commit'),
  batch: limit(
    'evidenceBatch',
    [1_024, 'entries'],
    'entries of one transaction of the group commit',
  ),
  leaves: limit('evidenceLeaves', [16_384, 'hashes'], 'hashes handed to the signer in one request'),
  message: limit('evidenceMessage', [2_097_152, 'bytes'], 'longest message the signer reads'),
  packEntries: limit('evidencePackEntries', [20_000, 'entries'], 'of one pack; a page to read'),
  line: limit('evidenceLine', [4_194_304, 'bytes'], 'longest line of an export that is read'),
})
