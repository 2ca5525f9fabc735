// Texts that logs carry as they were on the wire, taken apart as our own decoders do: versions of
// TLS, banners of SSH, distinguished names.
import { clip, type Fields } from '../../decode/index.ts'

/** 'TLSv12', 'TLS 1.2', 'TLS13' → 'TLSv1.2'; other texts stay. */
export function tlsVersion(text: string): string {
  const parts = /^D?TLS\s*v?(\d)\.?(\d)$/i.exec(text)
  if (parts) return `${text.startsWith('D') ? 'D' : ''}TLSv${parts[1]}.${parts[2]}`
  return clip(text, 16)
}

/** 'SSH-2.0-OpenSSH_9.2p1 Debian' → version, software, comment (RFC 4253 4.2). */
export function sshBanner(text: string): Fields | undefined {
  const parts = /^SSH-([^-]{1,16})-(\S*)(?: (.*))?$/.exec(text.slice(0, 512))
  if (!parts) return undefined
  const [, protocolVersion, software, comment] = parts
  return {
    kind: 'banner',
    protocolVersion,
    software: clip(software),
    comment: comment ? clip(comment) : undefined,
  }
}

/** The CN of a distinguished name as RFC 4514 writes it, also with spaces after the commas. */
export function commonName(distinguished: string): string {
  const found = /(?:^|[,/]\s*)CN\s*=\s*((?:\\.|[^,\\/])+)/i.exec(distinguished)
  return found ? found[1].replace(/\\(.)/g, '$1').trim() : ''
}
