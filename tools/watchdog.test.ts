// The watchdog bites what hangs, and only that.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Watchdog } from './watchdog.ts'

const FOREVER = 'process.on("SIGTERM", () => {}); console.log(1); for (;;);'
const skip = process.platform !== 'linux' && 'needs /proc: Linux only'

test(
  'a loop that hears no signal is killed; one that ended in time is left alone',
  { skip },
  async (t) => {
    t.mock.method(console, 'error', () => {})
    const dog = new Watchdog(300)
    const start = (name: string) => spawn(process.execPath, ['-e', FOREVER, name])
    const [hangs, ends] = [start('hangs.test.ts'), start('ends.test.ts')]
    t.after(() => ends.kill('SIGKILL'))
    await Promise.all([hangs, ends].map((child) => once(child.stdout, 'data')))
    dog.begin('hangs.test.ts')
    dog.begin('ends.test.ts')
    dog.end('ends.test.ts')
    assert.deepEqual(await once(hangs, 'exit'), [null, 'SIGKILL'])
    assert.equal(ends.exitCode ?? ends.signalCode, null)
  },
)
