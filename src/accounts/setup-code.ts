// The one-time code that lets the first visitor become the owner: in a file only who started
// Thingward can read, and on that terminal. Never in a log; gone after use or too many wrong ones.
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isSame, readableCode, readableHash } from './secrets.ts'

/** Twelve characters: 59 bits. */
const GROUPS = 3
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
    const code = readableCode(GROUPS)
    writeFileSync(this.path, `${code}\n`, { mode: 0o600, flag: 'wx' })
    chmodSync(this.path, 0o600)
    return code
  }

  /** Whether it is the code. Too many wrong ones replace it: read the file again. */
  matches(given: string): boolean {
    if (!existsSync(this.path)) return false
    const code = readFileSync(this.path, 'utf8')
    if (isSame(readableHash(code), readableHash(given))) return true
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
