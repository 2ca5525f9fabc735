// Importing lists of devices (I13): a preview of what is documented against what is observed, and
// taking over owners, names and categories from it.
import { z } from 'zod'
import { Id } from './words.ts'

/** Fields a list may set by hand. */
export const ImportField = z.enum(['owner', 'name', 'category'])

/** POST /imports/preview. Files of one NetBox belong into one request. */
export const ImportRequest = z.object({
  files: z
    .array(z.object({ name: z.string().min(1).max(200), text: z.string().max(8_000_000) }))
    .min(1)
    .max(8)
    .describe("CSV with a head line, or NetBox's JSON"),
  /** Columns by field, where heads do not say it: { mac: 'Hardware' }. */
  map: z.record(z.string().max(40), z.string().max(200)).optional(),
  /** What is to be taken over. */
  fields: z.array(ImportField).min(1).max(3).default(['owner']),
})

/** POST /imports/apply; `digest` is that of the preview that was looked at. */
export const ImportApply = ImportRequest.extend({ digest: z.string().min(1).max(100) })

/** One list as it was read. */
export const ImportedList = z.object({
  file: z.string(),
  format: z.enum(['csv', 'netbox']),
  devices: z.number().int(),
  /** Which column fills what. */
  mapping: z.array(z.string()),
  /** Heads that fill nothing. */
  unread: z.array(z.string()),
  /** Records beyond the limit. */
  dropped: z.number().int(),
  problems: z.array(z.object({ line: z.number().int(), what: z.string() })),
})

/** A record, as far as it is shown. */
export const DocumentedItem = z.object({
  name: z.string(),
  macs: z.array(z.string()),
  addresses: z.array(z.string()),
  manufacturer: z.string(),
  model: z.string(),
  site: z.string(),
  owner: z.string(),
  status: z.string(),
  file: z.string(),
  line: z.number().int(),
})

/** One field of a device that is both documented and observed. */
export const ImportDifference = z.object({
  field: z.string(),
  documented: z.string(),
  observed: z.string(),
})

/** One thing that taking over would change. */
export const ImportChange = z.object({
  device: Id,
  name: z.string(),
  field: ImportField,
  before: z.string(),
  after: z.string(),
})

/** The three-way answer; lists hold the first 500, `counts` all. Nothing was written. */
export const ImportPreview = z.object({
  lists: z.array(ImportedList),
  counts: z.object({
    matched: z.number().int(),
    differing: z.number().int(),
    documentedOnly: z.number().int(),
    observedOnly: z.number().int(),
    doubts: z.number().int(),
    changes: z.number().int(),
  }),
  differing: z.array(
    z.object({
      device: Id,
      documented: DocumentedItem,
      by: z.enum(['mac', 'address', 'name']),
      fields: z.array(ImportDifference),
    }),
  ),
  documentedOnly: z.array(DocumentedItem),
  observedOnly: z.array(z.object({ device: Id, name: z.string(), kind: z.string() })),
  doubts: z.array(z.object({ documented: DocumentedItem, because: z.string() })),
  changes: z.array(ImportChange),
  /** Of all changes: goes into apply. */
  digest: z.string(),
})

/** What apply has done; `left` changes wait for another call. */
export const ImportApplied = z.object({ applied: z.number().int(), left: z.number().int() })

export type ImportRequest = z.infer<typeof ImportRequest>
export type ImportApply = z.infer<typeof ImportApply>
export type ImportPreview = z.infer<typeof ImportPreview>
export type ImportApplied = z.infer<typeof ImportApplied>
export type ImportChange = z.infer<typeof ImportChange>
