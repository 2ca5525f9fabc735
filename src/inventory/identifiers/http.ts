// HTTP: what a server in a device calls itself (Server, realm, title), and what its clients do
// (User-Agent, the names of clouds they call).
import type { Transaction } from '../../flow/index.ts'
import { sourceAt, textOf, type Identifier, type Notebook } from '../identifier.ts'
import { applyHints } from '../tables/hint.ts'
import { HTTP_NAMES, HTTP_SERVERS } from '../tables/http.ts'
import { UPNP_SERVERS } from '../tables/upnp.ts'
import { USER_AGENTS } from '../tables/user-agents.ts'

export const identifier: Identifier = {
  id: 'http',
  title: 'HTTP servers, realms, titles and user agents',
  protocols: ['http'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    if (fields['kind'] === 'request') {
      const agent = textOf(fields, 'userAgent')
      const note = notebook.note(source, 'http-user-agent', agent)
      if (note) applyHints(note, agent, USER_AGENTS)
      const host = textOf(fields, 'host')
      if (host !== '') notebook.cloud(source, 'cloud-http', host)
    } else response(transaction, notebook)
  },
}

function response(transaction: Transaction, notebook: Notebook): void {
  const { fields, source, sourcePort } = transaction
  const server = textOf(fields, 'server')
  const note = notebook.note(source, sourceAt('http-server', sourcePort), server)
  if (note) {
    applyHints(note, server, HTTP_SERVERS)
    if (/UPnP\//i.test(server)) applyHints(note, server, UPNP_SERVERS)
  }
  for (const name of ['realm', 'title'] as const) {
    const text = textOf(fields, name)
    if (text === '') continue
    const named = notebook.note(source, name === 'realm' ? 'http-realm' : 'http-title', text)
    if (named) applyHints(named, text, HTTP_NAMES)
  }
}
