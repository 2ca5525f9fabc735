// Findings: one kind for everything that is wrong. The door of this folder.
export {
  SEVERITIES,
  severityRank,
  sortFindings,
  type EvidenceReference,
  type Finding,
  type Party,
  type Severity,
} from './finding.ts'
