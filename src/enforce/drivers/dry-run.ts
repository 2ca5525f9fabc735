// A driver that changes nothing: it remembers what would stand. For previews without rights, and
// for tests of what is built on drivers.
import { NOTHING_STANDS, type Standing } from '../change.ts'
import type { Driver } from '../driver.ts'

/** Keeps the texts it is given. */
export class DryRunDriver implements Driver {
  readonly id = 'dry-run'
  readonly texts: string[] = []
  private readonly before: Standing

  constructor(before: Standing = NOTHING_STANDS) {
    this.before = before
  }

  standing(): Promise<Standing> {
    return Promise.resolve(this.before)
  }

  apply(text: string): Promise<void> {
    if (text !== '') this.texts.push(text)
    return Promise.resolve()
  }

  counts() {
    return Promise.resolve({ counts: [], stopped: new Map() })
  }

  cuts() {
    return Promise.resolve([])
  }

  open() {
    return Promise.resolve(new Map<string, number>())
  }
}
