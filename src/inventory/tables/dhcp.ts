// What DHCP clients say of themselves: the vendor class (option 60) names the client program or the
// product, the order of the parameter list (option 55) the system. From the clients' own source
// code and manuals, and from watching the systems ask.
import type { Category } from '../device.ts'
import type { Hint } from './hint.ts'

export const VENDOR_CLASSES: readonly Hint[] = [
  // Windows since 2000 sends exactly this.
  {
    match: /^MSFT (5\.0|98)/,
    os: 'Windows',
    type: 'computer',
    confidence: 0.93,
    typeConfidence: 0.85,
  },
  { match: /^MSFT_IPTV/, type: 'media-player', confidence: 0.8 },
  { match: /^MS-UC-Client/, type: 'voip-phone', confidence: 0.85 },
  { match: /^xbox/i, manufacturer: 'Microsoft', type: 'console', confidence: 0.97 },
  // Android's DhcpClient: 'android-dhcp-' and the release.
  {
    match: /^android-dhcp-(\d+(?:\.\d+)*)/,
    os: 'Android $1',
    type: 'phone',
    confidence: 0.93,
    typeConfidence: 0.6,
  },
  { match: /^android-dhcp/, os: 'Android', type: 'phone', confidence: 0.9, typeConfidence: 0.55 },
  // dhcpcd prints its version, the kernel's, the machine and the platform; Android before 6 used it
  // too.
  {
    match: /^dhcpcd[- ]([\d.]+):Linux-([\w.+-]+):/,
    os: 'Linux $2',
    software: ['dhcpcd', '$1'],
    confidence: 0.93,
  },
  {
    match: /^dhcpcd[- ]([\d.]+)(?!.*Linux)/,
    software: ['dhcpcd', '$1'],
    os: 'Linux',
    confidence: 0.6,
  },
  { match: /:BCM2(?:708|709|710|711|712|835)$/, manufacturer: 'Raspberry Pi', confidence: 0.8 },
  { match: /:Raspberry Pi/i, manufacturer: 'Raspberry Pi', confidence: 0.9 },
  // BusyBox's udhcpc: embedded Linux of every kind; makers append their own words.
  {
    match: /^udhcp ([\d.]+\w*(?:-pre)?)/,
    os: 'Linux (BusyBox)',
    software: ['BusyBox udhcpc', '$1'],
    confidence: 0.9,
  },
  { match: /--LSDK-([\w.-]+)/, software: ['Atheros LSDK', '$1'], confidence: 0.9 },
  {
    match: /^dhclient|^isc-dhclient/i,
    os: 'Linux',
    software: ['ISC dhclient', ''],
    confidence: 0.6,
  },
  { match: /^systemd/, os: 'Linux', software: ['systemd-networkd', ''], confidence: 0.8 },
  // Boot loaders and firmware: what follows (an operating system) says who it is.
  { match: /^PXEClient:Arch:0000[0-9]/, type: 'computer', confidence: 0.6 },
  { match: /^U-Boot/, os: 'U-Boot', confidence: 0.7 },
  {
    match: /^(?:ArubaAP|ArubaInstantAP)/,
    manufacturer: 'Aruba',
    type: 'access-point',
    confidence: 0.97,
  },
  {
    match: /^Cisco AP (\S+)/,
    manufacturer: 'Cisco',
    model: '$1',
    type: 'access-point',
    confidence: 0.97,
  },
  { match: /^Ruckus CPE/, manufacturer: 'Ruckus', type: 'access-point', confidence: 0.95 },
  {
    match: /^ubnt$/i,
    manufacturer: 'Ubiquiti',
    type: 'access-point',
    confidence: 0.9,
    typeConfidence: 0.6,
  },
  {
    match: /^Cisco Systems, Inc\. IP Phone (\S+)/i,
    manufacturer: 'Cisco',
    model: 'IP Phone $1',
    type: 'voip-phone',
    confidence: 0.97,
  },
  {
    match: /^Polycom-(\S+)/,
    manufacturer: 'Polycom',
    model: '$1',
    type: 'voip-phone',
    confidence: 0.95,
  },
  { match: /^yealink/i, manufacturer: 'Yealink', type: 'voip-phone', confidence: 0.95 },
  {
    match: /^snom(\d+)?/i,
    manufacturer: 'Snom',
    model: 'snom$1',
    type: 'voip-phone',
    confidence: 0.95,
  },
  { match: /^ccp\.avaya\.com/, manufacturer: 'Avaya', type: 'voip-phone', confidence: 0.95 },
  {
    match: /^Grandstream (?:HW )?(\S+)/i,
    manufacturer: 'Grandstream',
    model: '$1',
    type: 'voip-phone',
    confidence: 0.85,
  },
  {
    match: /^Hewlett-Packard (?:JetDirect|LaserJet|OfficeJet)/i,
    manufacturer: 'HP',
    type: 'printer',
    confidence: 0.97,
  },
  {
    match: /^HP (?:Printer|LaserJet|OfficeJet)/i,
    manufacturer: 'HP',
    type: 'printer',
    confidence: 0.95,
  },
  {
    match: /^Mfg=([^;]+);Typ=Printer;Mod=([^;]+)/i,
    manufacturer: '$1',
    model: '$2',
    type: 'printer',
    confidence: 0.97,
  },
  { match: /^Lexmark/i, manufacturer: 'Lexmark', type: 'printer', confidence: 0.95 },
  { match: /^EPSON/i, manufacturer: 'Epson', type: 'printer', confidence: 0.9 },
  { match: /^Canon/i, manufacturer: 'Canon', type: 'printer', confidence: 0.85 },
  { match: /^(?:KYOCERA|RICOH|Brother)/i, type: 'printer', confidence: 0.85 },
  // Axis: 'AXIS,<what it is>,<model>,<firmware>' (its own manual).
  {
    match: /^AXIS,([^,]*Camera[^,]*),([^,]+),([\d.]+)/i,
    manufacturer: 'Axis',
    model: '$2',
    firmware: '$3',
    type: 'camera',
    confidence: 0.97,
  },
  {
    match: /^AXIS,([^,]*Door[^,]*),([^,]+),([\d.]+)/i,
    manufacturer: 'Axis',
    model: '$2',
    firmware: '$3',
    type: 'doorbell',
    confidence: 0.97,
  },
  {
    match: /^AXIS,([^,]*Speaker[^,]*),([^,]+),([\d.]+)/i,
    manufacturer: 'Axis',
    model: '$2',
    firmware: '$3',
    type: 'speaker',
    confidence: 0.97,
  },
  { match: /^AXIS,/i, manufacturer: 'Axis', confidence: 0.95 },
  {
    match: /^dahua/i,
    manufacturer: 'Dahua',
    type: 'camera',
    confidence: 0.85,
    typeConfidence: 0.6,
  },
  {
    match: /^Hikvision/i,
    manufacturer: 'Hikvision',
    type: 'camera',
    confidence: 0.9,
    typeConfidence: 0.65,
  },
  { match: /^BOSCH/i, manufacturer: 'Bosch', confidence: 0.7 },
  { match: /^Withings/i, manufacturer: 'Withings', confidence: 0.93 },
  { match: /^Nest/i, manufacturer: 'Nest', confidence: 0.85 },
  { match: /^sonos/i, manufacturer: 'Sonos', type: 'speaker', confidence: 0.95 },
  { match: /^ROKU/i, manufacturer: 'Roku', type: 'media-player', confidence: 0.9 },
  { match: /^PS[345]$/, manufacturer: 'Sony', type: 'console', confidence: 0.97 },
  { match: /^SIMATIC/i, manufacturer: 'Siemens', type: 'plc', confidence: 0.85 },
  { match: /^docsis|^eRouter/i, type: 'router', confidence: 0.85 },
  { match: /^dslforum\.org/i, type: 'router', confidence: 0.75 },
]

export interface ParameterHint {
  /** The list starts with these codes (or is exactly these). */
  readonly codes: readonly number[]
  readonly exact?: boolean
  readonly os: string
  readonly manufacturer?: string
  readonly type?: Category
  readonly confidence: number
  readonly typeConfidence?: number
}

/** Order matters: the first that fits counts. */
export const PARAMETER_LISTS: readonly ParameterHint[] = [
  // Apple asks for 121 before the router, and ends with 252 (proxy) and, on a Mac, 95 (LDAP), 44,
  // 46.
  {
    codes: [1, 121, 3, 6, 15, 108, 114, 119, 252, 95, 44, 46],
    os: 'macOS',
    manufacturer: 'Apple',
    type: 'computer',
    confidence: 0.85,
    typeConfidence: 0.7,
  },
  {
    codes: [1, 121, 3, 6, 15, 114, 119, 252, 95, 44, 46],
    os: 'macOS',
    manufacturer: 'Apple',
    type: 'computer',
    confidence: 0.85,
    typeConfidence: 0.7,
  },
  {
    codes: [1, 121, 3, 6, 15, 119, 252, 95, 44, 46],
    os: 'macOS',
    manufacturer: 'Apple',
    type: 'computer',
    confidence: 0.85,
    typeConfidence: 0.75,
  },
  {
    codes: [1, 3, 6, 15, 119, 95, 252, 44, 46],
    os: 'macOS',
    manufacturer: 'Apple',
    type: 'computer',
    confidence: 0.85,
    typeConfidence: 0.75,
  },
  {
    codes: [1, 121, 3, 6, 15, 108, 114, 119, 252],
    exact: true,
    os: 'iOS',
    manufacturer: 'Apple',
    type: 'phone',
    confidence: 0.85,
    typeConfidence: 0.6,
  },
  {
    codes: [1, 121, 3, 6, 15, 114, 119, 252],
    exact: true,
    os: 'iOS',
    manufacturer: 'Apple',
    type: 'phone',
    confidence: 0.85,
    typeConfidence: 0.6,
  },
  {
    codes: [1, 121, 3, 6, 15, 119, 252],
    exact: true,
    os: 'iOS',
    manufacturer: 'Apple',
    type: 'phone',
    confidence: 0.85,
    typeConfidence: 0.65,
  },
  {
    codes: [1, 3, 6, 15, 119, 252],
    exact: true,
    os: 'iOS',
    manufacturer: 'Apple',
    type: 'phone',
    confidence: 0.8,
    typeConfidence: 0.6,
  },
  // Windows 10 and 11; 7 and 8.
  {
    codes: [1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252],
    os: 'Windows',
    type: 'computer',
    confidence: 0.93,
    typeConfidence: 0.9,
  },
  {
    codes: [1, 15, 3, 6, 44, 46, 47, 31, 33, 121, 249],
    os: 'Windows',
    type: 'computer',
    confidence: 0.93,
    typeConfidence: 0.9,
  },
  {
    codes: [1, 15, 3, 6, 44, 46, 47, 31, 33],
    os: 'Windows',
    type: 'computer',
    confidence: 0.85,
    typeConfidence: 0.8,
  },
  // Android's own client since 6 asks for 26 (MTU), 51, 58, 59.
  {
    codes: [1, 3, 6, 15, 26, 28, 51, 58, 59],
    os: 'Android',
    type: 'phone',
    confidence: 0.85,
    typeConfidence: 0.55,
  },
  {
    codes: [1, 33, 3, 6, 15, 26, 28, 51, 58, 59],
    os: 'Android',
    type: 'phone',
    confidence: 0.85,
    typeConfidence: 0.55,
  },
  {
    codes: [1, 33, 3, 6, 15, 28, 51, 58, 59],
    os: 'Android',
    type: 'phone',
    confidence: 0.8,
    typeConfidence: 0.5,
  },
  {
    codes: [1, 121, 33, 3, 6, 28, 51, 58, 59],
    os: 'Android',
    type: 'phone',
    confidence: 0.75,
    typeConfidence: 0.5,
  },
  // Debian's dhclient.conf; NetworkManager's internal client asks for more.
  {
    codes: [1, 28, 2, 3, 15, 6, 119, 12, 44, 47, 26, 121, 42],
    os: 'Linux',
    type: 'computer',
    confidence: 0.8,
    typeConfidence: 0.5,
  },
  { codes: [1, 28, 2, 3, 15, 6, 12], os: 'Linux', confidence: 0.6 },
  {
    codes: [1, 2, 6, 12, 15, 26, 28, 121, 3, 33, 40, 41, 42, 119],
    os: 'Linux',
    type: 'computer',
    confidence: 0.8,
    typeConfidence: 0.65,
  },
  // lwIP's client (ESP8266/ESP32 and others without an operating system) asks for these four.
  { codes: [1, 3, 28, 6], os: 'lwIP (embedded)', confidence: 0.75 },
  // udhcpc's defaults.
  { codes: [1, 3, 6, 12, 15, 28, 42], exact: true, os: 'Linux (BusyBox)', confidence: 0.7 },
  { codes: [1, 3, 6, 12, 15, 28], exact: true, os: 'Linux (BusyBox)', confidence: 0.6 },
]
