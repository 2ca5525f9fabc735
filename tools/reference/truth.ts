// docs/reference/truth.md, from what the kinds of address truth say of themselves.
import { loadTruthKinds } from '../../src/inventory/index.ts'
import { code, page, table } from './markdown.ts'

export async function truthPage(): Promise<string> {
  const kinds = await loadTruthKinds()
  const rows = kinds.map(({ id, title, obtain }) => [code(id), title, obtain])
  const about =
    'Who has which address, by the tables of others: `thingward watch … --truth FILE` (the kind ' +
    'is known by the text) or `--truth KIND=FILE`. An entry counts for the time in which it ' +
    'holds: a lease from start to end, a table a day before and after the file was written. ' +
    'Where the wire shows another MAC, the wire is right and the table is a contradiction.'
  return page('Address truth', about, table(['kind', 'reads', 'obtained by'], rows))
}
