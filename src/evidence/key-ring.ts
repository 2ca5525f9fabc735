// The keys of persons, one small file each, apart from the database: a backup of the database alone
// cannot bring back what was erased, and destroying a key is unlinking a file.
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, fdatasyncSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { syncPath, writeDurably } from '../core/durable-file.ts'
import { assertWord } from './entry.ts'

const KEY_LENGTH = 32

/** Keys by person, 32 bytes each (AES-256). */
export interface KeyRing {
  /** The person's key; made, and durable before this returns, when there is none. */
  make(person: string): Uint8Array
  /** The person's key, or undefined when there never was one or it was destroyed. */
  find(person: string): Uint8Array | undefined
  /** Destroys the key for good; answers whether there was one. */
  destroy(person: string): boolean
}

/**
 * Keys as files of mode 0600 in one directory of mode 0700, named by a digest of the person.
 * Nothing is held in memory: a key that another process destroyed is gone here too.
 */
export class FileKeyRing implements KeyRing {
  private readonly directory: string

  constructor(directory: string) {
    this.directory = directory
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  }

  make(person: string): Uint8Array {
    const found = this.find(person)
    if (found) return found
    const path = this.path(person)
    const key = randomBytes(KEY_LENGTH)
    writeDurably(path, key)
    return key
  }

  find(person: string): Uint8Array | undefined {
    try {
      const key = readFileSync(this.path(person))
      return key.length === KEY_LENGTH ? key : undefined
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw cause
    }
  }

  destroy(person: string): boolean {
    if (!this.find(person)) return false
    const path = this.path(person)
    const file = openSync(path, 'r+')
    try {
      writeSync(file, Buffer.alloc(KEY_LENGTH), 0, KEY_LENGTH, 0)
      fdatasyncSync(file)
    } finally {
      closeSync(file)
    }
    rmSync(path)
    syncPath(this.directory)
    return true
  }

  private path(person: string): string {
    assertWord(person)
    return join(this.directory, `${createHash('sha256').update(person).digest('hex')}.key`)
  }
}
