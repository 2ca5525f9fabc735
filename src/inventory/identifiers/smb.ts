// SMB: the challenge of a server names the computer and the build of Windows (or of what imitates
// it); SMB 1 names system and program.
import type { Transaction } from '../../flow/index.ts'
import { textOf, type Identifier, type Notebook } from '../identifier.ts'

export const identifier: Identifier = {
  id: 'smb',
  title: 'SMB servers',
  protocols: ['smb'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    if (fields['kind'] === 'challenge') {
      const host = textOf(fields, 'host')
      if (host !== '') notebook.hostname(source, 'smb-host', host)
      const version = textOf(fields, 'osVersion')
      if (version === '') return
      const note = notebook.note(source, 'smb-version', version)
      // Samba says 6.1 with build 0, Windows a build number.
      if (version.endsWith('.0')) note?.says('os', 'Unix (Samba)', 0.6)
      else note?.says('os', `Windows NT ${version}`, 0.85).type('computer', 0.7)
    } else if (fields['kind'] === 'system') {
      const os = textOf(fields, 'os')
      const program = textOf(fields, 'software')
      const note = notebook.note(source, 'smb-system', `${os}; ${program}`)
      note?.says('os', os, 0.75).software(program, '')
      if (/^Windows/i.test(os)) note?.type('computer', 0.7)
    }
  },
}
