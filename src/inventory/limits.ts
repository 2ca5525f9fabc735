// The bounds of the inventory, by name; what meets one is counted and declared in the output.
import type { Limit } from '../core/limits.ts'

const limit = (name: string, value: number, unit: string, why: string): Limit =>
  Object.freeze({ name, value, unit, why })

export const INVENTORY_LIMITS = Object.freeze({
  notes: limit('inventoryNotes', 262_144, 'notes', 'facts kept of all endpoints together'),
  notesEndpoint: limit('inventoryNotesEndpoint', 96, 'notes', 'facts kept of one endpoint'),
  notesSource: limit('inventoryNotesSource', 16, 'notes', 'facts of one endpoint from one source'),
  notesOutside: limit('inventoryNotesOutside', 16_384, 'notes', 'facts of hosts outside the site'),
  services: limit('inventoryServices', 64, 'services', 'ports kept of one endpoint'),
  servicesAll: limit('inventoryServicesAll', 262_144, 'services', 'ports kept of all endpoints'),
  prefixes: limit('inventoryPrefixes', 256, 'prefixes', 'local prefixes learnt from RA and DHCP'),
  contradictions: limit('inventoryContradictions', 4_096, 'records', 'contradictions kept'),
})
