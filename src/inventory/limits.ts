// The bounds of the inventory, by name; what meets one is counted and declared in the output.
import type { Limit } from '../core/limits.ts'

/** By what is bounded; `limitsMet()` of an Inventory says which were met and what was dropped. */
export const INVENTORY_LIMITS = Object.freeze({
  notes: {
    name: 'inventoryNotes',
    value: 524_288,
    unit: 'notes',
    why: 'facts kept of all endpoints together',
  },
  notesEndpoint: {
    name: 'inventoryNotesEndpoint',
    value: 96,
    unit: 'notes',
    why: 'facts kept of one endpoint',
  },
  notesSource: {
    name: 'inventoryNotesSource',
    value: 16,
    unit: 'notes',
    why: 'facts of one endpoint from one source',
  },
  notesOutside: {
    name: 'inventoryNotesOutside',
    value: 16_384,
    unit: 'notes',
    why: 'facts of hosts outside the site',
  },
  services: {
    name: 'inventoryServices',
    value: 64,
    unit: 'services',
    why: 'ports kept of one endpoint',
  },
  servicesAll: {
    name: 'inventoryServicesAll',
    value: 262_144,
    unit: 'services',
    why: 'ports kept of all endpoints',
  },
  fleeting: {
    name: 'inventoryFleeting',
    value: 128,
    unit: 'devices',
    why: 'MACs that sent one or two packets, got none, and own nothing: more of them are a flood',
  },
  fleetingForeign: {
    name: 'inventoryFleetingForeign',
    value: 16,
    unit: 'devices',
    why: 'the same, with addresses of no network of ours',
  },
  prefixes: {
    name: 'inventoryPrefixes',
    value: 256,
    unit: 'prefixes',
    why: 'local prefixes learnt from RA and DHCP',
  },
  contradictions: {
    name: 'inventoryContradictions',
    value: 4_096,
    unit: 'records',
    why: 'contradictions kept',
  },
  documentedBytes: {
    name: 'documentedBytes',
    value: 134_217_728,
    unit: 'bytes',
    why: 'size of one list of documented devices, of leases or of neighbours',
  },
  documented: {
    name: 'documentedDevices',
    value: 250_000,
    unit: 'records',
    why: 'records read of one list',
  },
  documentedColumns: {
    name: 'documentedColumns',
    value: 256,
    unit: 'columns',
    why: 'columns read of one table',
  },
  documentedText: {
    name: 'documentedText',
    value: 4_096,
    unit: 'characters',
    why: 'one cell of a table',
  },
} satisfies { [name: string]: Limit })
