// SIP (RFC 3261): the User-Agent and Server headers of telephones, gateways and servers.
import type { Transaction } from '../../flow/index.ts'
import { textOf, type Identifier, type Notebook } from '../identifier.ts'
import { applyHints, type Hint } from '../tables/hint.ts'
import { USER_AGENTS } from '../tables/user-agents.ts'

/** Programs that are telephone exchanges, and telephones in software. */
const PROGRAMS: readonly Hint[] = [
  {
    match: /^Asterisk(?: PBX)?[ /]*([\w.~-]*)/i,
    type: 'server',
    software: ['Asterisk', '$1'],
    confidence: 0.85,
  },
  {
    match: /^FPBX-[\d.]+\(([\w.]+)\)/i,
    type: 'server',
    software: ['FreePBX', '$1'],
    confidence: 0.9,
  },
  { match: /^FreeSWITCH/i, type: 'server', software: ['FreeSWITCH', ''], confidence: 0.85 },
  { match: /^(?:kamailio|opensips|OpenSER)/i, type: 'server', confidence: 0.9 },
  {
    match: /^(?:X-Lite|Zoiper|Linphone|MicroSIP|Jitsi|baresip)/i,
    type: 'computer',
    confidence: 0.5,
  },
  { match: /friendly-scanner|sipvicious|sipcli/i, software: ['SIP scanner', ''], confidence: 0.9 },
  {
    match: /^(?:AVM )?FRITZ!Box[^\d]*(\d{4})?/i,
    manufacturer: 'AVM',
    type: 'router',
    confidence: 0.93,
  },
  { match: /^(?:Cisco-SIPGateway)/i, manufacturer: 'Cisco', type: 'gateway', confidence: 0.93 },
  { match: /doorbird|2N /i, type: 'doorbell', confidence: 0.85 },
]

export const identifier: Identifier = {
  id: 'sip',
  title: 'SIP telephones and exchanges',
  protocols: ['sip'],

  observe(transaction: Transaction, notebook: Notebook) {
    const { fields, source } = transaction
    for (const [name, from] of HEADERS) {
      const text = textOf(fields, name)
      const note = text === '' ? undefined : notebook.note(source, from, text)
      if (!note) continue
      applyHints(note, text, PROGRAMS)
      applyHints(note, text, USER_AGENTS)
    }
  },
}

const HEADERS = [
  ['userAgent', 'sip-user-agent'],
  ['server', 'sip-server'],
] as const
