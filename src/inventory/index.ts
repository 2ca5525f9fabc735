// Flows and Transactions → Devices with their evidence. The door of this folder.
import { loadPlugins } from '../core/registry.ts'
import type { Identifier } from './identifier.ts'

export { Inventory, type DevicesQuery, type InventoryOptions, type LocalHint } from './inventory.ts'
export {
  CATEGORIES,
  known,
  type AddressUse,
  type Attribute,
  type AttributeName,
  type Category,
  type Contradiction,
  type FirmwareChange,
  type Device,
  type DeviceKind,
  type DeviceLimit,
  type Identity,
  type Industrial,
  type Merge,
  type Observation,
  type Service,
  type Software,
  type Strength,
} from './device.ts'
export { makerOf, type Maker } from './tables/makers.ts'
export { isIndustrial } from './tables/industrial.ts'
export { evidenceText } from './assembly.ts'
export { loadMacRegistry, MacRegistry } from './mac-registry.ts'
export { INVENTORY_LIMITS } from './limits.ts'
export { RecogBook, type RecogSummary } from './recog.ts'
export type { Identifier, Note, Notebook } from './identifier.ts'
export * from './documented/index.ts'
export * from './support/index.ts'
export * from './truth/index.ts'

/** Loads `identifiers/`, one file each; a file that does not fit stops the start. */
export const loadIdentifiers = (): Promise<readonly Identifier[]> =>
  loadPlugins<Identifier>(new URL('./identifiers/', import.meta.url), 'identifier')
