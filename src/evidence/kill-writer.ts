// The victim of kill.test.ts: changes rows and puts each on record in one transaction, and says
// what was acknowledged, a line a batch. `node kill-writer.ts FOLDER [BATCHES]`.
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { FileKeyRing } from './key-ring.ts'
import { EvidenceLog, type Receipt } from './log.ts'
import { change, nearSigner, openDatabase } from './rehearse.ts'

const [, , folder, batches = 'Infinity'] = process.argv
const database = openDatabase(join(folder, 'store.sqlite'))
database.exec('CREATE TABLE IF NOT EXISTS change (sequence INTEGER PRIMARY KEY)')
const clock = () => Date.now() * 1000
const log = await EvidenceLog.open({
  database,
  keys: new FileKeyRing(join(folder, 'evidence-keys')),
  signer: nearSigner(join(folder, 'signer'), clock),
  clock,
  checkpointEntries: 20,
})

/** A row and its entry, in one transaction of ours. */
function changeRow(): Receipt {
  database.exec('BEGIN IMMEDIATE')
  const receipt = log.write({ ...change(1), kind: 'row.changed' })
  database.prepare('INSERT INTO change VALUES (?)').run(receipt.sequence)
  database.exec('COMMIT')
  return receipt
}

const acknowledge = (receipts: readonly Receipt[]) =>
  writeSync(1, receipts.map(({ sequence, hash }) => `${sequence} ${hash}\n`).join(''))

for (let batch = 0; batch < Number(batches); batch++) {
  const personal = { person: `user:${batch % 3}`, content: { batch } }
  const drafts = [1, 2, 3, 4, 5].map((device) => ({ ...change(device), personal }))
  acknowledge(await Promise.all(drafts.map((draft) => log.append(draft))))
  acknowledge([changeRow()])
}
process.exit(0)
