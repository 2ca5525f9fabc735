// `npm run build` calls it: builds the browser application and puts it into the folder of a
// release.
import { cp, mkdir, rm } from 'node:fs/promises'
import { buildConsole } from '../src/console/index.ts'

const [target] = process.argv.slice(2)
if (!target) {
  console.error('node tools/console.ts FOLDER')
  process.exit(2)
}
const built = await buildConsole()
await rm(target, { recursive: true, force: true })
await mkdir(target, { recursive: true })
await cp(built, target, { recursive: true })
