// SSH, FTP, Telnet, SMTP, POP3, IMAP and RTSP: what servers say of themselves before anything else.
import type { Transaction } from '../../flow/index.ts'
import { sourceAt, textOf, type Identifier, type Notebook } from '../identifier.ts'
import { BANNERS, PROMPTS } from '../tables/banners.ts'
import { applyHints } from '../tables/hint.ts'

export const identifier: Identifier = {
  id: 'banner',
  title: 'banners of SSH, FTP, Telnet, mail servers and RTSP',
  protocols: ['ssh', 'ftp', 'telnet', 'smtp', 'pop3', 'imap', 'rtsp'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { protocol, fields, source, sourcePort, fromOriginator } = transaction
    const text =
      protocol === 'ssh'
        ? `${textOf(fields, 'software')} ${textOf(fields, 'comment')}`.trim()
        : protocol === 'rtsp'
          ? textOf(fields, fromOriginator ? 'userAgent' : 'server')
          : textOf(fields, 'text') || program(transaction)
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
  pop3: 'pop3-banner',
  imap: 'imap-banner',
  rtsp: 'rtsp-banner',
}

/** IMAP's ID of either side, POP3's IMPLEMENTATION. */
function program({ protocol, fields }: Transaction): string {
  if (protocol === 'pop3') return textOf(fields, 'software')
  if (protocol !== 'imap' || fields.kind !== 'identity') return ''
  return `${textOf(fields, 'name')} ${textOf(fields, 'version')}`.trim()
}

/** Who streams on request is a camera, or records from some. */
const streams = (endpoint: number, notebook: Notebook) =>
  void notebook.note(endpoint, 'rtsp-server', 'answers RTSP')?.type('camera', 0.55)
