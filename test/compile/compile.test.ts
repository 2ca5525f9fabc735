// Policies to rulesets: what the compiler makes of each case, and that nft takes it.
import { globSync, readFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { rulesetText } from '../../src/enforce/index.ts'
import { golden } from '../golden.ts'
import { needs, needsRoot } from '../needs.ts'
import { answerOf, compileCase } from './case.ts'

const skip = needsRoot() || needs('nft', 'unshare', 'ip')

for (const name of globSync('*.case', { cwd: import.meta.dirname }).toSorted()) {
  const path = join(import.meta.dirname, name)
  test(`${name}: compiled as kept`, () => {
    const { ruleset, whole, question } = compileCase(path)
    golden(path, `${question}\n---\n${answerOf(ruleset, whole)}`)
  })

  test(`${name}: nft takes it`, { skip }, () => {
    const { ruleset } = compileCase(path)
    const script = 'for name in lan0 ot0 log0; do ip link add $name type bridge; done; nft -c -f -'
    const cut = `table netdev thingward {\n set quarantine { type ether_addr; flags timeout; }
 set stopped { type ether_addr; flags dynamic; size 65535; }\n${ruleset.cut.text}\n}\n`
    const { status, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', script], {
      input: rulesetText(ruleset) + cut,
      encoding: 'utf8',
    })
    assert.equal(status, 0, stderr)
  })
}

test('a name that nft could misread is refused', () => {
  const { ruleset } = compileCase(join(import.meta.dirname, 'hostile.case'))
  assert.doesNotMatch(rulesetText(ruleset), /flush|#/)
  assert.equal(
    readFileSync(join(import.meta.dirname, 'hostile.case'), 'utf8').includes('flush'),
    true,
  )
})
