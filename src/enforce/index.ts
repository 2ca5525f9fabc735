// Verdicts that bite: policies compiled to the kernel's packet filter, quarantine, previews. The
// door of this folder.
export * from './gate-policy.ts'
export { COUNTERS, LOG_GROUP, newDevicesOf, type CounterSet } from './base-text.ts'
export { compileRuleset, rulesetText, type Ruleset } from './ruleset.ts'
export { heldText, type Change, type DeviceChange, type Standing } from './change.ts'
export type { Count, Cut, Driver, GateCounts } from './driver.ts'
export { Gate, OPEN_SECONDS_MAX, type Preview } from './gate.ts'
export { NftablesDriver, type NftablesOptions } from './drivers/nftables.ts'
export { DryRunDriver } from './drivers/dry-run.ts'
export { blockedFlow, type BlockedFlow } from './blocked-flow.ts'
export { BlockedListener } from './drivers/nflog.ts'
export type { Hold } from './profile-text.ts'
