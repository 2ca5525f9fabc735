// End of sale and support (I12): a table of the user's, joined to devices.
export { readSupport, type SupportRow, type SupportTable } from './table.ts'
export {
  joinSupport,
  thingOf,
  type DeviceSupport,
  type SupportState,
  type SupportedThing,
} from './join.ts'
