// What Zeek and Suricata call application protocols, in our words: the ids of decode/protocols.

const NAMES = new Map([
  ['ssl', 'tls'],
  ['ldap_tcp', 'ldap'],
  ['krb', 'kerberos'],
  ['krb_tcp', 'kerberos'],
  ['krb5', 'kerberos'],
  ['gssapi', 'kerberos'],
  ['dnp3_tcp', 'dnp3'],
  ['dnp3_udp', 'dnp3'],
  ['ftp-data', 'ftp-data'],
  ['cip', 'enip'],
  ['s7comm_plus', 's7comm'],
  ['s7comm-plus', 's7comm'],
  ['cotp', 's7comm'],
  ['opcua_binary', 'opcua'],
  ['opcua-binary', 'opcua'],
  ['profinet_io_cm', 'profinet'],
  ['http2', 'http'],
  ['doh2', 'http'],
  ['failed', ''],
  ['unknown', ''],
])

/** Ports whose traffic Zeek and older Suricata call 'dns' though it is a relative of it. */
const RELATIVES = new Map([
  [5353, 'mdns'],
  [5355, 'llmnr'],
  [137, 'nbns'],
])

/** Carriers: of several names the one that says more is taken. */
const CARRIERS = new Set(['tls', 'kerberos', 'dce_rpc', 'ntlm', 'gssapi', 'http'])

/** Protocols that turn to TLS on the way: both names are kept. */
const TURNING = new Set(['smtp', 'pop3', 'imap', 'ftp', 'xmpp', 'ldap', 'postgresql', 'irc'])

/** Texts that were read before; the same few come in every line. */
const remembered = new Map<string, string>()
const REMEMBERED = 1024

/**
 * Our id for a log's service: one name, or several with commas as Zeek writes them. '' when nothing
 * was recognised. `responderPort` tells mDNS, LLMNR and NBNS from DNS.
 */
export function serviceName(text: string, responderPort: number): string {
  if (text === '') return ''
  let name = remembered.get(text)
  if (name === undefined) {
    name = chosen(text)
    if (remembered.size >= REMEMBERED) remembered.clear()
    remembered.set(text, name)
  }
  return name === 'dns' ? (RELATIVES.get(responderPort) ?? name) : name
}

function chosen(text: string): string {
  const names = text
    .toLowerCase()
    .split(',', 8)
    .filter((name) => name !== '' && !name.startsWith('-') && !name.startsWith('!'))
    .map((name) => NAMES.get(name) ?? (/^[a-z0-9_.-]{1,32}$/.test(name) ? name : ''))
  const turned = names.includes('tls') && names.find((each) => TURNING.has(each))
  if (turned) return `${turned}-tls`
  return names.find((each) => each !== '' && !CARRIERS.has(each)) ?? names[0] ?? ''
}
