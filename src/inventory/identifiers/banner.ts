// SSH, FTP, Telnet, SMTP and RTSP: what servers say of themselves before anything else.
import type { Transaction } from '../../flow/index.ts'
import { sourceAt, textOf, type Identifier, type Notebook } from '../identifier.ts'
import { BANNERS, PROMPTS } from '../tables/banners.ts'
import { applyHints } from '../tables/hint.ts'

export const identifier: Identifier = {
  id: 'banner',
  title: 'banners of SSH, FTP, Telnet, SMTP and RTSP',
  protocols: ['ssh', 'ftp', 'telnet', 'smtp', 'rtsp'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { protocol, fields, source, sourcePort, fromOriginator } = transaction
    const text =
      protocol === 'ssh'
        ? `${textOf(fields, 'software')} ${textOf(fields, 'comment')}`.trim()
        : protocol === 'rtsp'
          ? textOf(fields, fromOriginator ? 'userAgent' : 'server')
          : textOf(fields, 'text')
    if (protocol === 'rtsp' && !fromOriginator) streams(source, notebook)
    if (text === '') return
    const from = SOURCES[protocol] ?? 'banner'
    const note = notebook.note(source, fromOriginator ? from : sourceAt(from, sourcePort), text)
    if (!note) return
    applyHints(note, text, BANNERS)
    if (protocol === 'telnet' || protocol === 'ftp') applyHints(note, text, PROMPTS)
  },
}

const SOURCES: { readonly [protocol: string]: string } = {
  ssh: 'ssh-banner',
  ftp: 'ftp-banner',
  telnet: 'telnet-banner',
  smtp: 'smtp-banner',
  rtsp: 'rtsp-banner',
}

/** Who streams on request is a camera, or records from some. */
const streams = (endpoint: number, notebook: Notebook) =>
  void notebook.note(endpoint, 'rtsp-server', 'answers RTSP')?.type('camera', 0.55)
