// Reads fingerprints in the XML form of Rapid7's Recog from a folder that the user names (they are
// not shipped), and applies them to what devices say. Only texts come in; nothing is read from
// here.
import type { Category } from './device.ts'
import type { Note } from './identifier.ts'
import { fingerprintsOf, type RecogFingerprint } from './recog-xml.ts'

/** What a book took from its files, and what it could not use. */
export interface RecogSummary {
  readonly files: number
  readonly fingerprints: number
  /**
   * Patterns that are no regular expression of JavaScript, and files that match nothing we read.
   */
  readonly skipped: number
}

/** Recog's `matches` → the source of our notes that has the same text. */
const SOURCES: ReadonlyMap<string, string> = new Map([
  ['http_header.server', 'http-server'],
  ['http_header.wwwauth', 'http-realm'],
  ['html_title', 'http-title'],
  ['ssh.banner', 'ssh-banner'],
  ['ftp.banner', 'ftp-banner'],
  ['telnet.banner', 'telnet-banner'],
  ['smtp.banner', 'smtp-banner'],
  ['pop3.banner', 'pop3-banner'],
  ['imap4.banner', 'imap-banner'],
  ['rtsp_header.server', 'rtsp-banner'],
  ['sip_header.server', 'sip-server'],
  ['sip_header.user_agent', 'sip-user-agent'],
  ['snmp.sys_description', 'snmp-sysDescr'],
  ['snmp.sys_object_id', 'snmp-sysObjectID'],
  ['dhcp_vendor_class', 'dhcp-vendor-class'],
  ['mdns.device-info.txt', 'mdns-txt'],
  ['x509.subject', 'tls-certificate'],
])

const DEVICES: ReadonlyMap<string, Category> = new Map<string, Category>([
  ['printer', 'printer'],
  ['multifunction device', 'printer'],
  ['print server', 'printer'],
  ['router', 'router'],
  ['broadband router', 'router'],
  ['firewall', 'router'],
  ['vpn', 'router'],
  ['cable modem', 'router'],
  ['switch', 'switch'],
  ['wap', 'access-point'],
  ['voip', 'voip-phone'],
  ['sip device', 'voip-phone'],
  ['sip gateway', 'gateway'],
  ['voip gateway', 'gateway'],
  ['device server', 'gateway'],
  ['laptop', 'computer'],
  ['desktop', 'computer'],
  ['mobile phone', 'phone'],
  ['tablet', 'tablet'],
  ['ip camera', 'camera'],
  ['web cam', 'camera'],
  ['video encoder', 'camera'],
  ['dvr', 'recorder'],
  ['nas', 'nas'],
  ['storage', 'nas'],
  ['storage appliance', 'nas'],
  ['media server', 'nas'],
  ['media player', 'media-player'],
  ['network audio', 'speaker'],
  ['smart tv', 'tv'],
  ['hypervisor', 'server'],
  ['lights out management', 'server'],
  ['power device', 'ups'],
  ['ups', 'ups'],
  ['plc', 'plc'],
  ['hmi controller', 'hmi'],
  ['building automation', 'bms-controller'],
  ['access control', 'lock'],
])

/** How often a fingerprint without a certainty of its own is right. */
const CONFIDENCE = 0.8
const FINGERPRINTS_MAX = 20_000
const ANSWERS_KEPT = 4096

type Answer = { readonly [parameter: string]: string }

/** Fingerprints by source; hand it to the Inventory before the run. */
export class RecogBook {
  private readonly bySource = new Map<string, RecogFingerprint[]>()
  private readonly answers = new Map<string, Answer | undefined>()
  private files = 0
  private fingerprints = 0
  private skipped = 0

  /** Takes one file's text; what does not parse is counted, never thrown. */
  add(xml: string): void {
    this.files++
    const { matches, fingerprints, skipped } = fingerprintsOf(xml)
    const source = SOURCES.get(matches)
    if (source === undefined || this.fingerprints + fingerprints.length > FINGERPRINTS_MAX) {
      this.skipped += fingerprints.length + skipped
      return
    }
    this.skipped += skipped
    this.fingerprints += fingerprints.length
    this.bySource.set(source, [...(this.bySource.get(source) ?? []), ...fingerprints])
  }

  summary(): RecogSummary {
    const { files, fingerprints, skipped } = this
    return { files, fingerprints, skipped }
  }

  /** Concludes what the first fingerprint that fits says; as in Recog, order is precedence. */
  conclude(note: Note, source: string, text: string): void {
    const said = this.answer(source, text)
    if (!said) return
    const sure = (part: string) => Number(said[`${part}.certainty`] ?? CONFIDENCE)
    const hardware = sure('hw')
    const system = sure('os')
    note.says('manufacturer', said['hw.vendor'] ?? '', hardware)
    note.says('model', said['hw.product'] ?? said['hw.model'] ?? '', hardware)
    note.says('firmware', said['hw.version'] ?? '', hardware)
    note.says('serial', said['hw.serial_number'] ?? '', hardware)
    const device = said['hw.device'] ?? said['os.device'] ?? ''
    const category = DEVICES.get(device.toLowerCase())
    if (category) note.type(category, said['hw.device'] === undefined ? system : hardware)
    const os = [said['os.product'] ?? '', said['os.version'] ?? ''].join(' ').trim()
    note.says('os', os, system)
    note.says('hostname', said['host.name'] ?? '', CONFIDENCE)
    note.software(said['service.product'] ?? '', said['service.version'] ?? '')
  }

  private answer(source: string, text: string): Answer | undefined {
    const fingerprints = this.bySource.get(source)
    if (fingerprints === undefined) return undefined
    const subject = subjectOf(source, text)
    const key = `${source} ${subject}`
    if (this.answers.has(key)) return this.answers.get(key)
    const found = matchFirst(fingerprints, subject)
    if (this.answers.size >= ANSWERS_KEPT) this.answers.clear()
    this.answers.set(key, found)
    return found
  }
}

/** Our note's text in the form that Recog's patterns are written for. */
function subjectOf(source: string, text: string): string {
  if (source === 'http-realm') return `Basic realm="${text}"`
  if (source === 'mdns-txt') return text.replace(/^_device-info\._tcp /, '')
  return text
}

function matchFirst(fingerprints: readonly RecogFingerprint[], text: string): Answer | undefined {
  for (const { pattern, parameters } of fingerprints) {
    const found = pattern.exec(text)
    if (!found) continue
    const said: Record<string, string> = {}
    for (const { position, name, value } of parameters) {
      said[name] = position === 0 ? fill(value, said) : (found[position] ?? '')
    }
    return said
  }
  return undefined
}

/** `{hw.family} {hw.model}` with what was found before. */
const fill = (value: string, said: Answer) =>
  value.replace(/\{([\w.]+)\}/g, (_, name: string) => said[name] ?? '').trim()
