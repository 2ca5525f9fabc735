// What devices may do: the one policy form, MUD, learning, verdicts, replay, difference. The door
// of this folder.
export * from './form.ts'
export * from './wording.ts'
export type { DeviceRole, PolicyContext, PolicyDevice } from './device.ts'
export { ConversationTable, type Conversation } from './conversation.ts'
export { standingOf, type Exchange, type ExchangePeer, type Standing } from './exchange.ts'
export { exchangesOf } from './view.ts'
export { settle } from './settle.ts'
export { Site } from './site.ts'
export { Learner, profilesFrom, profilesOf, rulesOf, type LearnerLimits } from './learn.ts'
export { observe, type LearnOptions, type Observed, type Observing } from './observe.ts'
export { Rebinding } from './rebind.ts'
export { readProfile, type ProfileRead } from './read-profile.ts'
export { compile, decide, type Attempt, type Matcher, type Reason, type Verdict } from './decide.ts'
export {
  enforceable,
  enforceableText,
  type Enforcement,
  type EnforcementNeed,
  type EnforcementPoint,
  type Placed,
} from './enforceable.ts'
export * from './mud/index.ts'
export { attemptsOf, type DeviceAttempt } from './attempt.ts'
export {
  replay,
  wordsOf,
  type Amount,
  type Denied,
  type ProfileFinder,
  type Replay,
} from './replay.ts'
export {
  difference,
  type Difference,
  type DifferenceLine,
  type DifferenceQuestion,
  type Extent,
  type LineKind,
} from './difference.ts'
export {
  conversationKey,
  verdictsOf,
  withoutViolations,
  type DeviceVerdicts,
  type Violation,
} from './verdicts.ts'
export {
  blockedBy,
  blockedByLearnt,
  type Blocked,
  type BlockedCause,
  type BlockedWhy,
} from './blocked.ts'
export { contentOf } from './entry.ts'
export { holderOf } from './domain.ts'
export { isProfiled } from './device.ts'
export { operationBits } from './speech.ts'
export { ruleCovers } from './cover.ts'
export { isImplied } from './implied.ts'
export { contains, parsePrefix, prefixText, type Prefix } from './prefix.ts'
