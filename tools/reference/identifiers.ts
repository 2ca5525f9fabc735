// docs/reference/identifiers.md, from what the identifier plug-ins say of themselves.
import { loadIdentifiers } from '../../src/inventory/index.ts'
import { CATEGORIES } from '../../src/inventory/device.ts'
import { code, page, table } from './markdown.ts'

export async function identifiersPage(): Promise<string> {
  const identifiers = await loadIdentifiers()
  const rows = identifiers.map(({ id, title, protocols }) => [
    code(id),
    title,
    protocols.map(code).join(', '),
  ])
  const about =
    'Where Thingward learns what a device is. Each observation keeps its source, its confidence ' +
    'and the first frame that showed it; what contradicts it is kept beside it.'
  const types = `## Types\n\nA device's type is one of: ${CATEGORIES.map(code).join(', ')}.`
  return page('Identifiers', about, table(['identifier', 'reads', 'from'], rows), types)
}
