// The victim of crash.test.ts: appends made-up flows from a number on and says after each
// acknowledgement how far it got. `node crash-writer.ts FOLDER FROM [TO]`.
import { writeSync } from 'node:fs'
import { madeFlow, randomFrom, rehearse } from './rehearse.ts'

const [, , folder, from, to = 'Infinity'] = process.argv
const history = rehearse(folder, { segmentRows: 3000 })
const BATCH = 100

for (let number = Number(from); number < Number(to); number += BATCH) {
  const flows = Array.from({ length: BATCH }, (_, index) =>
    madeFlow(number + index, randomFrom(number + index)),
  )
  await history.append(flows)
  writeSync(1, `${number + BATCH}\n`)
}
process.exit(0)
