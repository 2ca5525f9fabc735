// Pages of a list: the next one begins behind the last row shown (keyset), so that rows that come
// in between neither repeat nor hide others. A cursor is opaque to whoever carries it.
import { sql, type RawBuilder } from 'kysely'
import { OperatingError } from '../core/errors.ts'

/** What every list query takes. */
export interface PageRequest {
  readonly limit: number
  readonly cursor?: string
}

/** One page; `next` is absent on the last. */
export interface StoredPage<Item> {
  readonly items: Item[]
  readonly next?: string
  readonly total?: number
}

type Key = readonly (string | number)[]

/** An opaque text for a key. */
export const cursorOf = (key: Key): string => Buffer.from(JSON.stringify(key)).toString('base64url')

/** The key a cursor carries. Throws OperatingError 'bad-cursor'. */
export function keyOf(cursor: string, length: number): Key {
  try {
    const key = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown
    const isKey =
      Array.isArray(key) &&
      key.length === length &&
      key.every((part) => typeof part === 'string' || Number.isFinite(part))
    if (isKey) return key as Key
  } catch {
    // Told below.
  }
  throw new OperatingError('bad-cursor', 'the cursor is none that this list gave out')
}

/** What comes behind a cursor, in rows ordered by `columns`, all in one direction. */
export function behind(
  columns: readonly string[],
  cursor: string,
  isDescending: boolean,
): RawBuilder<boolean> {
  const key = keyOf(cursor, columns.length)
  const refs = sql.join(columns.map((column) => sql.ref(column)))
  const values = sql.join(key.map((part) => sql.val(part)))
  return isDescending
    ? sql<boolean>`(${refs}) < (${values})`
    : sql<boolean>`(${refs}) > (${values})`
}

/** The words of a search, lower case, at most eight. */
export const searchWords = (text: string | undefined): string[] =>
  (text ?? '')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, 8)

/** A pattern for LIKE … ESCAPE '\' that finds the word anywhere. */
export const likePattern = (word: string): string => `%${word.replace(/[\\%_]/g, '\\$&')}%`
