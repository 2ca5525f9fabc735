// The one-time code that lets the first visitor become the owner: in a file only who started
// Thingward can read, and on that terminal. Never in a log; gone after use or too many wrong ones.
import { createHash, randomInt, timingSafeEqual } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

/** Letters and digits that are not taken for one another; 12 of them are 59 bits. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
const GROUPS = 3
const GROUP_LENGTH = 4
const WRONG_MAX = 20

export class SetupCode {
  private readonly path: string
  private wrong = 0

  /** `path` is DIR/setup-code. */
  constructor(path: string) {
    this.path = path
  }

  /** Makes a code where there is none; answers it, for the terminal only. */
  issue(): string {
    if (existsSync(this.path)) return readFileSync(this.path, 'utf8').trim()
    const code = Array.from({ length: GROUPS }, () =>
      Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join(''),
    ).join('-')
    writeFileSync(this.path, `${code}\n`, { mode: 0o600, flag: 'wx' })
    chmodSync(this.path, 0o600)
    return code
  }

  /** Whether it is the code. Too many wrong ones replace it: read the file again. */
  matches(given: string): boolean {
    if (!existsSync(this.path)) return false
    const code = readFileSync(this.path, 'utf8')
    if (timingSafeEqual(digest(code), digest(given))) return true
    if (++this.wrong >= WRONG_MAX) {
      this.wrong = 0
      this.spend()
      this.issue()
    }
    return false
  }

  /** It has done its work. */
  spend(): void {
    rmSync(this.path, { force: true })
  }
}

const digest = (text: string) =>
  createHash('sha256')
    .update(text.toUpperCase().replace(/[^0-9A-Z]/g, ''))
    .digest()
