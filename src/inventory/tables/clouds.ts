// Domains that only a maker's own devices (and its apps) ask for → maker. A name proves little
// alone: phones run the makers' apps; see judgement.ts for how that is weighed. Known from the
// makers' own documents on firewall rules, their privacy notices, and what the domains themselves
// say. Hosting of everybody (amazonaws.com, cloudfront.net, azure-devices.net, akamai …) says
// nothing and is left out.
import type { Category } from '../device.ts'

export interface Cloud {
  readonly manufacturer?: string
  readonly platform?: string
  readonly type?: Category
  readonly os?: string
  /** For the manufacturer; the category's is `typeConfidence`. */
  readonly confidence: number
  readonly typeConfidence?: number
}

type Row = readonly [
  domain: string,
  manufacturer: string,
  confidence: number,
  type?: Category,
  typeConfidence?: number,
]

const ROWS: readonly Row[] = [
  ['meethue.com', 'Philips', 0.75, 'hub', 0.65],
  ['cpp.philips.com', 'Philips', 0.6],
  ['ecdinterface.philips.com', 'Philips', 0.6],
  ['tplinkcloud.com', 'TP-Link', 0.75],
  ['tplinknbu.com', 'TP-Link', 0.7],
  ['tplinkra.com', 'TP-Link', 0.7],
  ['mydlink.com', 'D-Link', 0.8],
  ['dlink.com', 'D-Link', 0.75],
  ['myedimax.com', 'Edimax', 0.8],
  ['edimax.com', 'Edimax', 0.65],
  ['xbcs.net', 'Belkin', 0.8],
  ['wemo.com', 'Belkin', 0.7],
  ['wemo2.com', 'Belkin', 0.7],
  ['withings.net', 'Withings', 0.8, 'scale', 0.4],
  ['withings.com', 'Withings', 0.6],
  ['scalews.withings.net', 'Withings', 0.85, 'scale', 0.93],
  // Its wearables go through a phone; what speaks IP by itself is a scale.
  ['fitbit.com', 'Fitbit', 0.65, 'scale', 0.45],
  ['netatmo.net', 'Netatmo', 0.75, 'sensor', 0.4],
  ['netatmo.com', 'Netatmo', 0.65],
  ['nest.com', 'Nest', 0.7],
  ['dropcam.com', 'Nest', 0.75, 'camera', 0.8],
  ['ring.com', 'Ring', 0.7, 'doorbell', 0.45],
  ['immedia-semi.com', 'Blink', 0.85, 'camera', 0.75],
  ['blinkforhome.com', 'Blink', 0.75, 'camera', 0.7],
  ['blinkhq.com', 'Blink', 0.75, 'camera', 0.7],
  ['arlo.com', 'Arlo', 0.7, 'camera', 0.5],
  ['arloxcld.com', 'Arlo', 0.8, 'camera', 0.55],
  ['wyzecam.com', 'Wyze', 0.75, 'camera', 0.6],
  ['wyze.com', 'Wyze', 0.6],
  ['simplisafe.com', 'SimpliSafe', 0.7, 'hub', 0.4],
  ['hik-connect.com', 'Hikvision', 0.75, 'camera', 0.6],
  ['hikvision.com', 'Hikvision', 0.65],
  ['hik-online.com', 'Hikvision', 0.75, 'camera', 0.6],
  ['ezvizlife.com', 'EZVIZ', 0.75, 'camera', 0.7],
  ['ezviz7.com', 'EZVIZ', 0.75, 'camera', 0.7],
  ['ys7.com', 'EZVIZ', 0.75, 'camera', 0.65],
  ['dahuasecurity.com', 'Dahua', 0.65],
  ['easy4ipcloud.com', 'Dahua', 0.75, 'camera', 0.65],
  ['easy4ip.com', 'Dahua', 0.75, 'camera', 0.65],
  ['imoulife.com', 'Imou', 0.75, 'camera', 0.75],
  ['lechange.com', 'Dahua', 0.7, 'camera', 0.6],
  ['amcrestcloud.com', 'Amcrest', 0.75, 'camera', 0.75],
  ['amcrestview.com', 'Amcrest', 0.75, 'camera', 0.7],
  ['reolink.com', 'Reolink', 0.7, 'camera', 0.7],
  ['myfoscam.org', 'Foscam', 0.8, 'camera', 0.8],
  ['myfoscam.com', 'Foscam', 0.8, 'camera', 0.8],
  ['foscam.com', 'Foscam', 0.7, 'camera', 0.7],
  ['yitechnology.com', 'YI', 0.7, 'camera', 0.7],
  ['xiaoyi.com', 'YI', 0.7, 'camera', 0.7],
  ['axis.com', 'Axis', 0.5],
  ['august.com', 'August', 0.6, 'lock', 0.45],
  ['schlage.com', 'Schlage', 0.6, 'lock', 0.5],
  ['allegion.yonomi.cloud', 'Schlage', 0.75, 'lock', 0.7],
  ['allegion.com', 'Schlage', 0.55, 'lock', 0.4],
  ['yalehome.com', 'Yale', 0.6, 'lock', 0.5],
  ['sifely.com', 'Sifely', 0.7, 'hub', 0.5],
  // Their locks speak Bluetooth: what speaks IP is the bridge.
  ['sciener.com', 'TTLock', 0.65, 'hub', 0.6],
  ['sciener.cn', 'TTLock', 0.65, 'hub', 0.6],
  ['ttlock.com', 'TTLock', 0.7, 'hub', 0.6],
  ['u-tec.com', 'U-tec', 0.7, 'hub', 0.5],
  ['ultraloq.com', 'U-tec', 0.7, 'hub', 0.5],
  ['nuki.io', 'Nuki', 0.7, 'lock', 0.5],
  ['lockly.com', 'Lockly', 0.7, 'lock', 0.55],
  ['smartthings.com', 'SmartThings', 0.6, 'hub', 0.4],
  ['connect.smartthings.com', 'SmartThings', 0.7, 'hub', 0.7],
  ['lifx.co', 'LIFX', 0.75, 'light', 0.7],
  ['lifx.com', 'LIFX', 0.65, 'light', 0.5],
  ['yeelight.com', 'Yeelight', 0.7, 'light', 0.6],
  ['nanoleaf.me', 'Nanoleaf', 0.7, 'light', 0.7],
  ['lutron.com', 'Lutron', 0.65, 'hub', 0.5],
  ['lutron.io', 'Lutron', 0.65, 'hub', 0.5],
  ['ikea.com', 'IKEA', 0.35],
  ['ota.homesmart.ikea.com', 'IKEA', 0.85, 'hub', 0.7],
  ['fibaro.com', 'Fibaro', 0.65, 'hub', 0.6],
  ['getvera.com', 'Vera', 0.7, 'hub', 0.7],
  ['mios.com', 'Vera', 0.75, 'hub', 0.8],
  ['homematic.com', 'eQ-3', 0.75, 'hub', 0.7],
  ['eq-3.de', 'eQ-3', 0.75, 'hub', 0.65],
  ['arrayent.com', '', 0, 'hub', 0.35],
  ['tado.com', 'tado', 0.7, 'thermostat', 0.6],
  ['ecobee.com', 'ecobee', 0.75, 'thermostat', 0.75],
  ['honeywellhome.com', 'Honeywell', 0.65, 'thermostat', 0.5],
  ['alarmnet.com', 'Honeywell', 0.6],
  ['rachio.com', 'Rachio', 0.75, 'appliance', 0.75],
  ['sharkninja.com', 'Shark', 0.6, 'robot', 0.5],
  ['irobot.com', 'iRobot', 0.65, 'robot', 0.65],
  ['irobotapi.com', 'iRobot', 0.75, 'robot', 0.75],
  ['roborock.com', 'Roborock', 0.7, 'robot', 0.75],
  ['ecovacs.com', 'Ecovacs', 0.7, 'robot', 0.75],
  ['ecouser.net', 'Ecovacs', 0.75, 'robot', 0.75],
  ['neatocloud.com', 'Neato', 0.75, 'robot', 0.8],
  ['smarter.am', 'Smarter', 0.75, 'appliance', 0.8],
  ['home-connect.com', 'BSH', 0.7, 'appliance', 0.75],
  ['myqdevice.com', 'Chamberlain', 0.75, 'lock', 0.4],
  ['sonos.com', 'Sonos', 0.65, 'speaker', 0.65],
  ['bose.io', 'Bose', 0.65, 'speaker', 0.6],
  ['roku.com', 'Roku', 0.65, 'media-player', 0.6],
  ['roku.net', 'Roku', 0.65, 'media-player', 0.6],
  ['samsungcloudsolution.com', 'Samsung', 0.75, 'tv', 0.75],
  ['samsungcloudsolution.net', 'Samsung', 0.75, 'tv', 0.75],
  ['samsungacr.com', 'Samsung', 0.75, 'tv', 0.8],
  ['samsungotn.net', 'Samsung', 0.75, 'tv', 0.75],
  ['lgtvsdp.com', 'LG', 0.8, 'tv', 0.9],
  ['lgsmartad.com', 'LG', 0.75, 'tv', 0.85],
  ['lgappstv.com', 'LG', 0.75, 'tv', 0.85],
  ['cast.google.com', '', 0, 'media-player', 0.2],
  ['amazonalexa.com', 'Amazon', 0.5, 'speaker', 0.3],
  ['avs-alexa-na.amazon.com', 'Amazon', 0.4, 'speaker', 0.5],
  ['alexa.amazon.com', 'Amazon', 0.4, 'speaker', 0.4],
  ['bob-dispatch-prod-na.amazon.com', 'Amazon', 0.75, 'speaker', 0.7],
  ['device-metrics-us.amazon.com', 'Amazon', 0.65],
  ['device-metrics-us-2.amazon.com', 'Amazon', 0.65],
  ['playstation.net', 'Sony', 0.6, 'console', 0.6],
  ['nintendo.net', 'Nintendo', 0.65, 'console', 0.65],
  ['nintendowifi.net', 'Nintendo', 0.7, 'console', 0.75],
  ['xboxlive.com', 'Microsoft', 0.35, 'console', 0.3],
  ['hpeprint.com', 'HP', 0.65, 'printer', 0.65],
  ['hpsmart.com', 'HP', 0.4],
  ['epsonconnect.com', 'Epson', 0.7, 'printer', 0.75],
  ['brother.co.jp', 'Brother', 0.5, 'printer', 0.4],
  ['synology.com', 'Synology', 0.6, 'nas', 0.55],
  ['quickconnect.to', 'Synology', 0.6, 'nas', 0.5],
  ['myqnapcloud.com', 'QNAP', 0.7, 'nas', 0.65],
  ['wd2go.com', 'Western Digital', 0.75, 'nas', 0.75],
  ['ui.com', 'Ubiquiti', 0.5],
  ['ubnt.com', 'Ubiquiti', 0.6],
  ['meraki.com', 'Cisco Meraki', 0.65, 'access-point', 0.4],
  ['eero.com', 'eero', 0.6],
  ['shelly.cloud', 'Shelly', 0.7, 'plug', 0.4],
  ['allterco.com', 'Shelly', 0.6],
  ['meross.com', 'Meross', 0.75, 'plug', 0.5],
  ['ewelink.cc', 'Sonoff', 0.5, 'plug', 0.45],
  ['coolkit.cc', 'Sonoff', 0.6, 'plug', 0.5],
  ['wizconnected.com', 'WiZ', 0.7, 'light', 0.7],
  ['chargepoint.com', 'ChargePoint', 0.6, 'vehicle-charger', 0.5],
  ['wall-box.com', 'Wallbox', 0.7, 'vehicle-charger', 0.7],
  ['sunnyportal.com', 'SMA', 0.6, 'meter', 0.3],
  ['solaredge.com', 'SolarEdge', 0.6, 'meter', 0.3],
  ['enphaseenergy.com', 'Enphase', 0.65, 'gateway', 0.4],
  ['ismartlife.me', '', 0],
  ['mi.com', 'Xiaomi', 0.25],
  ['io.mi.com', 'Xiaomi', 0.6],
  ['ot.io.mi.com', 'Xiaomi', 0.75],
  ['aqara.com', 'Aqara', 0.65, 'hub', 0.5],
  ['canaryis.com', 'Canary', 0.75, 'camera', 0.75],
  ['geeni.com', 'Geeni', 0.6],
  ['mipcm.com', '', 0, 'camera', 0.6],
]

/** Platforms that many makers build on: they say what the thing is built with, not who made it. */
const PLATFORMS: readonly (readonly [
  domain: string,
  platform: string,
  type?: Category,
  sure?: number,
])[] = [
  ['tuyaus.com', 'Tuya'],
  ['tuyaeu.com', 'Tuya'],
  ['tuyacn.com', 'Tuya'],
  ['tuyain.com', 'Tuya'],
  ['tuya.com', 'Tuya'],
  ['iotbing.com', 'Tuya'],
  ['yunext.com', 'Hi-Flying cloud'],
  ['arrayent.com', 'Arrayent'],
  ['aylanetworks.com', 'Ayla'],
  ['evrythng.com', 'EVRYTHNG'],
  ['xmeye.net', 'XMeye', 'camera', 0.7],
  ['secu100.net', 'XMeye', 'camera', 0.75],
  ['p2pcamera.com', 'P2P camera', 'camera', 0.7],
  ['iotcplatform.com', 'ThroughTek Kalay', 'camera', 0.65],
  ['kalayservice.com', 'ThroughTek Kalay', 'camera', 0.6],
  ['cloudlinks.cn', 'Gwell', 'camera', 0.7],
  ['ipcam.hk', 'IP camera cloud', 'camera', 0.7],
]

/** Systems that ask for their own updates, time and connectivity checks. */
const SYSTEMS: readonly (readonly [
  domain: string,
  os: string,
  confidence: number,
  type?: Category,
  sure?: number,
])[] = [
  ['openwrt.pool.ntp.org', 'OpenWrt', 0.6],
  ['debian.pool.ntp.org', 'Linux (Debian)', 0.6],
  ['ubuntu.pool.ntp.org', 'Linux (Ubuntu)', 0.7],
  ['ntp.ubuntu.com', 'Linux (Ubuntu)', 0.7],
  ['connectivity-check.ubuntu.com', 'Linux (Ubuntu)', 0.8, 'computer', 0.75],
  ['raspbian.raspberrypi.org', 'Raspberry Pi OS', 0.85],
  ['android.pool.ntp.org', 'Android', 0.7],
  ['time.android.com', 'Android', 0.7],
  ['mtalk.google.com', 'Android', 0.5],
  ['android.clients.google.com', 'Android', 0.5],
  ['windowsupdate.com', 'Windows', 0.85, 'computer', 0.8],
  ['msftncsi.com', 'Windows', 0.85, 'computer', 0.75],
  ['msftconnecttest.com', 'Windows', 0.85, 'computer', 0.75],
  ['update.microsoft.com', 'Windows', 0.8, 'computer', 0.75],
  ['time.windows.com', 'Windows', 0.5],
  ['captive.apple.com', 'Apple', 0.5],
  ['push.apple.com', 'Apple', 0.45],
  ['swcdn.apple.com', 'macOS', 0.5],
  ['mesu.apple.com', 'Apple', 0.4],
  ['detectportal.firefox.com', '', 0, 'computer', 0.5],
  ['whatsapp.net', '', 0, 'phone', 0.5],
]

function build(): Map<string, Cloud> {
  const result = new Map<string, Cloud>()
  for (const [domain, manufacturer, confidence, type, typeConfidence] of ROWS) {
    result.set(domain, { ...(manufacturer && { manufacturer }), confidence, type, typeConfidence })
  }
  for (const [domain, platform, type, typeConfidence] of PLATFORMS) {
    result.set(domain, { platform, confidence: 0.8, type, typeConfidence })
  }
  for (const [domain, os, confidence, type, typeConfidence] of SYSTEMS) {
    result.set(domain, { ...(os && { os }), confidence, type, typeConfidence })
  }
  return result
}

const CLOUDS = build()

/** The row of the longest domain that `name` is or lies under, with that domain. */
export function cloudOf(name: string): { domain: string; cloud: Cloud } | undefined {
  let at = 0
  for (;;) {
    const domain = at === 0 ? name : name.slice(at)
    const cloud = CLOUDS.get(domain)
    if (cloud) return { domain, cloud }
    const dot = name.indexOf('.', at)
    if (dot < 0) return undefined
    at = dot + 1
  }
}
