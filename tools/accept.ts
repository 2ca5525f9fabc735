// `npm run accept`: rewrites the outputs that tests keep in files (test/golden.ts) and the
// generated reference; look at `git diff` afterwards. Words choose test files, as for `npm test`.
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const words = process.argv.slice(2)
const files = globSync('{src,test,tools,bench}/**/*.test.ts', { cwd: ROOT })
  .filter((file) => file !== 'test/golden.test.ts')
  .filter((file) => /\/golden\.ts'/.test(readFileSync(join(ROOT, file), 'utf8')))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))

const env = { ...process.env, THINGWARD_ACCEPT: '1' }
const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=dot', ...files], {
  cwd: ROOT,
  env,
  stdio: 'inherit',
})
console.log(`\n${files.length} test files rewrote what they keep: see 'git diff'`)
process.exitCode = status ?? 1
