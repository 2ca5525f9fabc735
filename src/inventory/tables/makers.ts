// Organisations of the IEEE's MAC list → the maker's name as people know it, and what kind of thing
// it (nearly) only makes. Written from what these companies publicly sell; `category` only where a
// device on a network with that maker's prefix is that thing far more often than not.
import type { Category } from '../device.ts'

/** The maker behind a MAC prefix, with what it (nearly) only makes. */
export interface Maker {
  /** Name as used all over the inventory. */
  readonly name: string
  readonly category?: Category
  /** How often the category is right, 0 … 1. */
  readonly categoryConfidence?: number
}

/**
 * [what the organisation's name starts with, lower case; name; category; confidence of category]
 */
type Row = readonly [start: string, name: string, category?: Category, confidence?: number]

const ROWS: readonly Row[] = [
  // Home: lights, plugs, hubs, sensors
  ['philips lighting', 'Philips', 'hub', 0.55],
  ['signify', 'Philips', 'light', 0.5],
  ['philips', 'Philips'],
  ['osram', 'OSRAM', 'hub', 0.45],
  ['ledvance', 'LEDVANCE', 'light', 0.5],
  ['lifx', 'LIFX', 'light', 0.9],
  ['lifi labs', 'LIFX', 'light', 0.9],
  ['yeelight', 'Yeelight', 'light', 0.85],
  ['nanoleaf', 'Nanoleaf', 'light', 0.9],
  ['ikea of sweden', 'IKEA', 'hub', 0.6],
  ['lutron', 'Lutron', 'hub', 0.6],
  ['eq-3', 'eQ-3', 'hub', 0.6],
  ['homematic', 'eQ-3', 'hub', 0.6],
  ['fibar', 'Fibaro', 'hub', 0.7],
  ['fibaro', 'Fibaro', 'hub', 0.7],
  ['smartthings', 'SmartThings', 'hub', 0.85],
  ['wink', 'Wink', 'hub', 0.6],
  ['insteon', 'Insteon', 'hub', 0.6],
  ['vera control', 'Vera', 'hub', 0.8],
  ['tado', 'tado', 'thermostat', 0.6],
  ['ecobee', 'ecobee', 'thermostat', 0.85],
  ['nest labs', 'Nest'],
  ['netatmo', 'Netatmo', 'sensor', 0.45],
  ['withings', 'Withings', 'scale', 0.55],
  ['fitbit', 'Fitbit', 'wearable', 0.4],
  ['garmin', 'Garmin', 'wearable', 0.5],
  ['belkin', 'Belkin'],
  ['sonoff', 'Sonoff', 'plug', 0.5],
  ['itead', 'Sonoff', 'plug', 0.5],
  ['shelly', 'Shelly', 'plug', 0.6],
  ['allterco', 'Shelly', 'plug', 0.6],
  ['meross', 'Meross', 'plug', 0.6],
  ['edimax', 'Edimax'],
  ['d-link', 'D-Link'],
  ['tp-link', 'TP-Link'],
  ['tp link', 'TP-Link'],
  ['xiaomi', 'Xiaomi'],
  ['beijing xiaomi', 'Xiaomi'],
  ['lumi united', 'Aqara', 'hub', 0.5],
  ['roborock', 'Roborock', 'robot', 0.9],
  ['beijing roborock', 'Roborock', 'robot', 0.9],
  ['irobot', 'iRobot', 'robot', 0.95],
  ['ecovacs', 'Ecovacs', 'robot', 0.9],
  ['neato', 'Neato', 'robot', 0.95],
  ['husqvarna', 'Husqvarna', 'robot', 0.6],
  ['rachio', 'Rachio', 'appliance', 0.7],
  ['smarter applications', 'Smarter', 'appliance', 0.9],
  ['bsh ', 'BSH', 'appliance', 0.9],
  ['miele', 'Miele', 'appliance', 0.9],
  ['whirlpool', 'Whirlpool', 'appliance', 0.9],
  ['electrolux', 'Electrolux', 'appliance', 0.85],
  ['gree electric', 'Gree', 'appliance', 0.8],
  ['daikin', 'Daikin', 'appliance', 0.7],
  ['gd midea', 'Midea', 'appliance', 0.8],
  ['chamberlain', 'Chamberlain', 'lock', 0.5],
  ['the chamberlain', 'Chamberlain', 'lock', 0.5],
  ['august home', 'August', 'lock', 0.9],
  ['schlage', 'Schlage', 'lock', 0.9],
  ['allegion', 'Schlage', 'lock', 0.8],
  ['assa abloy', 'ASSA ABLOY', 'lock', 0.75],
  ['nuki', 'Nuki', 'lock', 0.8],
  // Cameras, door stations, recorders
  ['axis communications', 'Axis', 'camera', 0.8],
  ['hangzhou hikvision', 'Hikvision', 'camera', 0.7],
  ['hangzhou ezviz', 'EZVIZ', 'camera', 0.8],
  ['zhejiang dahua', 'Dahua', 'camera', 0.6],
  ['dahua', 'Dahua', 'camera', 0.6],
  ['zhejiang uniview', 'Uniview', 'camera', 0.7],
  ['zhejiang xinsheng', 'Uniview', 'camera', 0.5],
  ['reolink', 'Reolink', 'camera', 0.85],
  ['foscam', 'Foscam', 'camera', 0.9],
  ['shenzhen foscam', 'Foscam', 'camera', 0.9],
  ['amcrest', 'Amcrest', 'camera', 0.8],
  ['vivotek', 'VIVOTEK', 'camera', 0.9],
  ['mobotix', 'MOBOTIX', 'camera', 0.9],
  ['hanwha techwin', 'Hanwha', 'camera', 0.8],
  ['hanwha vision', 'Hanwha', 'camera', 0.8],
  ['arecont', 'Arecont', 'camera', 0.9],
  ['avigilon', 'Avigilon', 'camera', 0.8],
  ['geovision', 'GeoVision', 'camera', 0.7],
  ['acti corp', 'ACTi', 'camera', 0.85],
  ['arlo tech*', 'Arlo', 'camera', 0.8],
  ['wyze', 'Wyze', 'camera', 0.6],
  ['ring llc', 'Ring', 'doorbell', 0.55],
  ['ring', 'Ring', 'doorbell', 0.55],
  ['skybell', 'SkyBell', 'doorbell', 0.9],
  ['doorbird', 'DoorBird', 'doorbell', 0.9],
  ['bird home automation', 'DoorBird', 'doorbell', 0.9],
  ['2n telekomunikace', '2N', 'doorbell', 0.85],
  ['immedia semiconductor', 'Blink', 'camera', 0.75],
  ['blink by amazon', 'Blink', 'camera', 0.75],
  ['simplisafe', 'SimpliSafe', 'hub', 0.5],
  ['canary connect', 'Canary', 'camera', 0.8],
  // Audio and video
  ['sonos', 'Sonos', 'speaker', 0.93],
  ['bose', 'Bose', 'speaker', 0.85],
  ['harman', 'Harman', 'speaker', 0.7],
  ['bang & olufsen', 'Bang & Olufsen', 'speaker', 0.85],
  ['d&m holdings', 'Denon', 'media-player', 0.6],
  ['denon', 'Denon', 'media-player', 0.6],
  ['yamaha', 'Yamaha', 'media-player', 0.55],
  ['onkyo', 'Onkyo', 'media-player', 0.7],
  ['roku', 'Roku', 'media-player', 0.85],
  ['tivo', 'TiVo', 'media-player', 0.8],
  ['vizio', 'VIZIO', 'tv', 0.8],
  ['lg electronics', 'LG'],
  ['lg innotek', 'LG'],
  ['samsung electronics', 'Samsung'],
  ['samsung electro*', 'Samsung'],
  ['sony interactive', 'Sony', 'console', 0.9],
  ['sony computer', 'Sony', 'console', 0.9],
  ['sony corporation', 'Sony'],
  ['sony', 'Sony'],
  ['nintendo', 'Nintendo', 'console', 0.95],
  ['tcl ', 'TCL', 'tv', 0.5],
  ['shenzhen tcl', 'TCL', 'tv', 0.6],
  ['tcl king', 'TCL', 'tv', 0.6],
  ['hisense', 'Hisense', 'tv', 0.55],
  ['qingdao hisense', 'Hisense', 'tv', 0.55],
  ['panasonic', 'Panasonic'],
  ['skyworth', 'Skyworth', 'tv', 0.5],
  // Phones and computers
  ['apple', 'Apple'],
  ['google', 'Google'],
  ['amazon technologies', 'Amazon'],
  ['amazon', 'Amazon'],
  ['oneplus', 'OnePlus', 'phone', 0.9],
  ['guangdong oppo', 'OPPO', 'phone', 0.9],
  ['vivo mobile', 'vivo', 'phone', 0.9],
  ['motorola mobility', 'Motorola', 'phone', 0.85],
  ['htc ', 'HTC', 'phone', 0.8],
  ['hmd global', 'Nokia', 'phone', 0.85],
  ['fairphone', 'Fairphone', 'phone', 0.95],
  ['blackberry', 'BlackBerry', 'phone', 0.85],
  ['research in motion', 'BlackBerry', 'phone', 0.85],
  ['huawei', 'Huawei'],
  ['honor device', 'Honor', 'phone', 0.8],
  ['dell', 'Dell', 'computer', 0.75],
  ['micro-star', 'MSI', 'computer', 0.85],
  ['giga-byte', 'Gigabyte', 'computer', 0.85],
  ['asustek', 'ASUS'],
  ['asrock', 'ASRock', 'computer', 0.9],
  ['elitegroup', 'ECS', 'computer', 0.85],
  ['acer', 'Acer', 'computer', 0.85],
  ['lenovo', 'Lenovo', 'computer', 0.75],
  ['lcfc', 'Lenovo', 'computer', 0.85],
  ['compal', 'Compal', 'computer', 0.7],
  ['quanta computer', 'Quanta', 'computer', 0.7],
  ['wistron infocomm', 'Wistron', 'computer', 0.6],
  ['pegatron', 'Pegatron', 'computer', 0.6],
  ['fujitsu', 'Fujitsu', 'computer', 0.5],
  ['toshiba', 'Toshiba'],
  ['microsoft', 'Microsoft', 'computer', 0.55],
  ['intel', 'Intel', 'computer', 0.7],
  ['super micro', 'Supermicro', 'server', 0.85],
  ['vmware', 'VMware', 'computer', 0.45],
  ['pcs systemtechnik', 'VirtualBox', 'computer', 0.45],
  ['parallels', 'Parallels', 'computer', 0.7],
  ['xensource', 'Xen', 'server', 0.4],
  ['hewlett packard enterprise', 'HPE'],
  ['hewlett packard', 'HP'],
  ['hp inc', 'HP'],
  ['hewlett-packard', 'HP'],
  ['ibm', 'IBM', 'server', 0.6],
  ['sun microsystems', 'Sun', 'server', 0.6],
  ['raspberry pi', 'Raspberry Pi'],
  // Printers, storage, telephones, power
  ['brother', 'Brother', 'printer', 0.9],
  ['seiko epson', 'Epson', 'printer', 0.9],
  ['canon', 'Canon', 'printer', 0.75],
  ['lexmark', 'Lexmark', 'printer', 0.95],
  ['xerox', 'Xerox', 'printer', 0.85],
  ['ricoh', 'Ricoh', 'printer', 0.9],
  ['kyocera', 'Kyocera', 'printer', 0.75],
  ['konica', 'Konica Minolta', 'printer', 0.85],
  ['oki electric', 'OKI', 'printer', 0.75],
  ['zebra tech*', 'Zebra', 'printer', 0.6],
  ['synology', 'Synology', 'nas', 0.9],
  ['qnap', 'QNAP', 'nas', 0.9],
  ['western digital', 'Western Digital', 'nas', 0.7],
  ['buffalo', 'Buffalo'],
  ['drobo', 'Drobo', 'nas', 0.9],
  ['netapp', 'NetApp', 'nas', 0.85],
  ['polycom', 'Polycom', 'voip-phone', 0.85],
  ['yealink', 'Yealink', 'voip-phone', 0.9],
  ['yealink(xiamen)', 'Yealink', 'voip-phone', 0.9],
  ['snom', 'Snom', 'voip-phone', 0.95],
  ['grandstream', 'Grandstream', 'voip-phone', 0.75],
  ['gigaset', 'Gigaset', 'voip-phone', 0.8],
  ['avaya', 'Avaya', 'voip-phone', 0.7],
  ['mitel', 'Mitel', 'voip-phone', 0.7],
  ['aastra', 'Aastra', 'voip-phone', 0.85],
  ['american power conversion', 'APC', 'ups', 0.75],
  ['apc', 'APC', 'ups', 0.75],
  // Network
  ['cisco meraki', 'Cisco Meraki', 'access-point', 0.6],
  ['meraki', 'Cisco Meraki', 'access-point', 0.6],
  ['cisco-linksys', 'Linksys', 'router', 0.75],
  ['cisco spvtg', 'Cisco', 'media-player', 0.5],
  ['cisco', 'Cisco', 'switch', 0.5],
  ['linksys', 'Linksys', 'router', 0.75],
  ['netgear', 'NETGEAR', 'router', 0.55],
  ['arris', 'ARRIS', 'router', 0.6],
  ['technicolor', 'Technicolor', 'router', 0.65],
  ['sagemcom', 'Sagemcom', 'router', 0.7],
  ['avm ', 'AVM', 'router', 0.75],
  ['ubiquiti', 'Ubiquiti', 'access-point', 0.5],
  ['ruckus', 'Ruckus', 'access-point', 0.8],
  ['aruba', 'Aruba', 'access-point', 0.7],
  ['mikrotik', 'MikroTik', 'router', 0.8],
  ['routerboard', 'MikroTik', 'router', 0.8],
  ['juniper', 'Juniper', 'switch', 0.5],
  ['arista', 'Arista', 'switch', 0.85],
  ['fortinet', 'Fortinet', 'router', 0.8],
  ['palo alto', 'Palo Alto Networks', 'router', 0.85],
  ['check point', 'Check Point', 'router', 0.85],
  ['sonicwall', 'SonicWall', 'router', 0.85],
  ['watchguard', 'WatchGuard', 'router', 0.85],
  ['zyxel', 'Zyxel', 'router', 0.6],
  ['draytek', 'DrayTek', 'router', 0.85],
  ['teltonika', 'Teltonika', 'router', 0.75],
  ['sierra wireless', 'Sierra Wireless', 'router', 0.75],
  ['extreme networks', 'Extreme Networks', 'switch', 0.8],
  ['eero', 'eero', 'router', 0.9],
  ['hirschmann', 'Hirschmann', 'switch', 0.75],
  ['ruggedcom', 'RuggedCom', 'switch', 0.8],
  ['korenix', 'Korenix', 'switch', 0.8],
  ['westermo', 'Westermo', 'switch', 0.75],
  ['moxa', 'Moxa', 'gateway', 0.5],
  ['digi international', 'Digi', 'gateway', 0.5],
  ['lantronix', 'Lantronix', 'gateway', 0.5],
  ['red lion', 'Red Lion', 'gateway', 0.5],
  ['hms industrial', 'HMS', 'gateway', 0.55],
  // Industry and buildings
  ['telemecanique', 'Schneider Electric', 'plc', 0.65],
  ['schneider', 'Schneider Electric', 'plc', 0.4],
  ['square d', 'Schneider Electric', 'meter', 0.5],
  ['power measurement', 'Schneider Electric', 'meter', 0.8],
  ['siemens ag', 'Siemens', 'plc', 0.4],
  ['siemens', 'Siemens'],
  ['rockwell', 'Rockwell Automation', 'plc', 0.6],
  ['allen-bradley', 'Rockwell Automation', 'plc', 0.6],
  ['abb ', 'ABB', 'rtu', 0.35],
  ['wago', 'WAGO', 'plc', 0.7],
  ['phoenix contact', 'Phoenix Contact', 'plc', 0.4],
  ['beckhoff', 'Beckhoff', 'plc', 0.7],
  ['omron', 'Omron', 'plc', 0.7],
  ['mitsubishi electric', 'Mitsubishi Electric', 'plc', 0.5],
  ['keyence', 'Keyence', 'plc', 0.5],
  ['b&r ', 'B&R', 'plc', 0.65],
  ['bernecker', 'B&R', 'plc', 0.65],
  ['schweitzer', 'SEL', 'rtu', 0.75],
  ['automationdirect', 'AutomationDirect', 'plc', 0.7],
  ['koyo', 'Koyo', 'plc', 0.7],
  ['festo', 'Festo', 'io', 0.4],
  ['turck', 'Turck', 'io', 0.6],
  ['hans turck', 'Turck', 'io', 0.6],
  ['balluff', 'Balluff', 'io', 0.6],
  ['murrelektronik', 'Murrelektronik', 'io', 0.6],
  ['ifm electronic', 'ifm', 'io', 0.5],
  ['weidm*', 'Weidmüller', 'io', 0.5],
  ['endress', 'Endress+Hauser', 'sensor', 0.7],
  ['vega grieshaber', 'VEGA', 'sensor', 0.8],
  ['krohne', 'KROHNE', 'sensor', 0.8],
  ['sick ag', 'SICK', 'sensor', 0.7],
  ['pepperl', 'Pepperl+Fuchs', 'sensor', 0.5],
  ['cognex', 'Cognex', 'sensor', 0.7],
  ['danfoss', 'Danfoss', 'drive', 0.6],
  ['sew-eurodrive', 'SEW-EURODRIVE', 'drive', 0.75],
  ['lenze', 'Lenze', 'drive', 0.8],
  ['yaskawa', 'Yaskawa', 'drive', 0.65],
  ['kuka', 'KUKA', 'robot', 0.8],
  ['fanuc', 'FANUC', 'robot', 0.6],
  ['emerson', 'Emerson'],
  ['fisher controls', 'Emerson', 'plc', 0.5],
  ['honeywell', 'Honeywell'],
  ['johnson controls', 'Johnson Controls', 'bms-controller', 0.7],
  ['tridium', 'Tridium', 'bms-controller', 0.9],
  ['trane', 'Trane', 'bms-controller', 0.8],
  ['sauter', 'SAUTER', 'bms-controller', 0.85],
  ['delta controls', 'Delta Controls', 'bms-controller', 0.95],
  ['reliable controls', 'Reliable Controls', 'bms-controller', 0.95],
  ['automated logic', 'Automated Logic', 'bms-controller', 0.95],
  ['alerton', 'Alerton', 'bms-controller', 0.95],
  ['distech', 'Distech Controls', 'bms-controller', 0.95],
  ['contemporary controls', 'Contemporary Controls', 'gateway', 0.6],
  ['loytec', 'LOYTEC', 'bms-controller', 0.85],
  ['carel', 'CAREL', 'bms-controller', 0.75],
  ['kmc controls', 'KMC Controls', 'bms-controller', 0.9],
  ['landis', 'Landis+Gyr', 'meter', 0.85],
  ['itron', 'Itron', 'meter', 0.85],
  ['elster', 'Elster', 'meter', 0.8],
  ['janitza', 'Janitza', 'meter', 0.9],
  ['socomec', 'Socomec', 'meter', 0.6],
  ['sma solar', 'SMA', 'meter', 0.3],
  ['fronius', 'Fronius', 'meter', 0.3],
  ['wallbox', 'Wallbox', 'vehicle-charger', 0.9],
  ['chargepoint', 'ChargePoint', 'vehicle-charger', 0.95],
  ['keba', 'KEBA', 'vehicle-charger', 0.6],
  ['alfen', 'Alfen', 'vehicle-charger', 0.85],
  ['draeger', 'Dräger', 'medical', 0.9],
  ['dräger', 'Dräger', 'medical', 0.9],
  ['baxter', 'Baxter', 'medical', 0.9],
  ['b. braun', 'B. Braun', 'medical', 0.9],
  ['ge medical', 'GE Healthcare', 'medical', 0.9],
  ['ge healthcare', 'GE Healthcare', 'medical', 0.9],
  ['philips medical', 'Philips', 'medical', 0.9],
  ['philips patient', 'Philips', 'medical', 0.9],
  ['mindray', 'Mindray', 'medical', 0.9],
  ['shenzhen mindray', 'Mindray', 'medical', 0.9],
  ['carefusion', 'BD', 'medical', 0.9],
  ['hospira', 'Hospira', 'medical', 0.95],
]

const SORTED: readonly Row[] = ROWS.toSorted((one, other) => other[0].length - one[0].length)
const cache = new Map<string, Maker>()

/**
 * The maker behind an organisation's or product's name; the name itself, tidied, when it has no
 * row.
 */
export function makerOf(organisation: string): Maker {
  const known = cache.get(organisation)
  if (known) return known
  const lower = organisation.trim().toLowerCase()
  const row = SORTED.find(([start]) => startsWithWord(lower, start))
  const maker: Maker = row
    ? { name: row[1], category: row[2], categoryConfidence: row[3] }
    : { name: tidyName(organisation) }
  if (cache.size < 4096) cache.set(organisation, maker)
  return maker
}

/**
 * Makers' names that are also people's, places' or things' names: as a host name they prove
 * nothing.
 */
const AMBIGUOUS: ReadonlySet<string> = new Set(
  'august vera ring sun apple canon honor dell intel wink emerson brother smarter vega'.split(' '),
)

/**
 * The maker whose name a host name begins with ('schlage', 'samsung-tv'); undefined without one.
 */
export function makerNamedIn(host: string): Maker | undefined {
  const word = /^[a-z][a-z-]{3,}/i.exec(host)?.[0].toLowerCase().replace(/-.*/, '') ?? ''
  if (word.length < 4 || AMBIGUOUS.has(word)) return undefined
  const row = ROWS.find(([start, name]) => name.toLowerCase() === word && start.startsWith(word))
  return row && { name: row[1], category: row[2], categoryConfidence: row[3] }
}

/** `start` begins the text and ends at a word's end; a `*` at its end lets the word go on. */
export function startsWithWord(text: string, start: string): boolean {
  if (start.endsWith('*')) return text.startsWith(start.slice(0, -1))
  if (!text.startsWith(start)) return false
  return start.endsWith(' ') || !/[a-z0-9]/.test(text[start.length] ?? ' ')
}

/** Legal forms and their punctuation are no part of a name that people use. */
export function tidyName(organisation: string): string {
  let name = organisation.trim().replace(/[\s,]*\((.*)\)$/, '')
  for (;;) {
    const shorter = name.replace(LEGAL_FORM, '').replace(/[\s,.&]+$/, '')
    if (shorter === name || shorter === '') break
    name = shorter
  }
  return name === name.toUpperCase() && name.length > 4 ? capitals(name) : name
}

const LEGAL_FORM = new RegExp(
  `[\\s,.]+(${[
    'co|ltd|inc|llc|gmbh|ag|kg|bv|b\\.v|nv|n\\.v|sa|s\\.a|srl|s\\.r\\.l|spa|s\\.p\\.a|oy|ab',
    'as|a/s|plc|corp|corporation|company|limited|incorporated|technologies|technology',
    'pte|pty|sarl|s\\.a\\.s|sas|kk|k\\.k|holdings?',
  ].join('|')})\\.?$`,
  'i',
)

const capitals = (name: string) =>
  name.toLowerCase().replace(/(^|[\s\-/])([a-z])/g, (_, before: string, letter: string) => {
    return before + letter.toUpperCase()
  })
