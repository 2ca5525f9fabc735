// TLS and QUIC: the server's name says which cloud a device belongs to; a certificate that a local
// device shows names it, and is a strong identity where the handshake proved its key.
import type { Fields, Transaction } from '../../flow/index.ts'
import { rowsOf, textOf, type Identifier, type Notebook } from '../identifier.ts'
import { applyHints } from '../tables/hint.ts'
import { HTTP_NAMES } from '../tables/http.ts'
import { MODELS } from '../tables/models.ts'

export const identifier: Identifier = {
  id: 'tls',
  title: 'server names and certificates',
  protocols: ['tls', 'quic'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    const kind = fields['kind']
    if (kind === 'client-hello' || kind === 'initial') {
      const name = textOf(fields, 'serverName')
      if (name !== '') notebook.cloud(source, 'cloud-tls', name)
    } else if (kind === 'certificate') certificate(transaction, notebook)
  },
}

function certificate(transaction: Transaction, notebook: Notebook): void {
  const leaf = rowsOf(transaction.fields, 'chain')[0]
  if (!leaf) return
  const sha256 = textOf(leaf, 'sha256')
  const subject = textOf(leaf, 'subject') || textOf(leaf, 'commonName')
  const note = notebook.note(transaction.source, 'tls-certificate', subject || sha256)
  if (!note) return
  for (const hints of [HTTP_NAMES, MODELS]) applyHints(note, commonName(leaf), hints)
  const organisation = /(?:^|[,/] ?)O ?= ?"?([^,/"]+)/.exec(subject)?.[1]
  if (leaf['selfSigned'] === true && organisation) {
    note.says('manufacturer', organisation, 0.35)
  }
  // Who shows the certificate as a client must prove its key (RFC 8446 4.4.3), but what we see is
  // only the certificate: the proof is the server's to check. It is likely, not strong, until a
  // person says so.
  if (transaction.fields['from'] === 'client') note.identity('certificate', sha256)
}

const commonName = (leaf: Fields) => textOf(leaf, 'commonName')
