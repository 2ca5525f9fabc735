// Completion scripts: real shells complete with them, and every command and option is in them.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { completionScript } from './completion.ts'
import { buildProgram } from './program.ts'

const program = await buildProgram()

/** What bash offers for a line, the last word being completed. */
function bashOffers(...words: string[]): string[] {
  const script = `${completionScript(program, 'bash')}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _thingward; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, status } = spawnSync('bash', ['-c', script, 'bash', ...words])
  assert.equal(status, 0)
  return stdout.toString().trim().split('\n')
}

test('bash completes commands and their options', () => {
  assert.ok(bashOffers('thingward', 'wa').includes('watch'))
  assert.ok(bashOffers('thingward', 'watch', 'file.pcap', '--js').includes('--json'))
  assert.ok(!bashOffers('thingward', '--').includes('--json'))
})

test('every command and option is in every script', () => {
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const script = completionScript(program, shell)
    for (const command of program.commands) {
      assert.ok(script.includes(command.name()), `${shell}: ${command.name()}`)
      for (const { long } of command.options) {
        assert.ok(!long || script.includes(long.slice(2)), `${shell}: ${long}`)
      }
    }
  }
})
